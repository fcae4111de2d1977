import type { DeploymentView } from '../../operations/deployments';
import { printable, table, type Style } from './text';
import { ago } from './time';

/** A row per build, newest first; workers without a version have a line of their own. */
export function renderDeployment(
  { versions, current, unversioned }: DeploymentView,
  now: number,
  style: Style,
): string[] {
  const rows = versions.map(({ buildId, status, percent, workers, registeredAt, lastUsedAt }) => [
    printable(buildId),
    status === 'current' ? style.green(status) : percent === null ? status : `${status} ${String(percent)} %`,
    workers === 0 && (status === 'current' || status === 'ramping') ? style.red('none') : String(workers),
    ago(registeredAt, now),
    ago(lastUsedAt, now),
  ]);
  return [
    ...(rows.length === 0 ? ['no worker has registered a build'] : table(HEADS, rows)),
    ...(unversioned > 0 || current === null
      ? [`${String(unversioned)} workers without a version${current === null ? ' have all runs' : ''}`]
      : []),
  ];
}

const HEADS = ['BUILD', 'STATUS', 'WORKERS', 'REGISTERED', 'LAST USED'];
