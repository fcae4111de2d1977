import type { Command } from 'commander';
import type { Cli } from '../cli';
import { addAudit } from './audit';
import { addCancel } from './cancel';
import { addDecide } from './decide';
import { addExplain } from './explain';
import { addExtend } from './extend';
import { addList } from './list';
import { addRegister } from './register';
import { addReprocess } from './reprocess';
import { addRestore } from './restore';
import { addRetry } from './retry';
import { addShow } from './show';
import { addSubmit } from './submit';
import { addTakedown } from './takedown';
import { addWatch } from './watch';

export function addContentCommands(program: Command, cli: Cli): void {
  const content = program.command('content').description('Content records and their way to publication.');
  for (const add of [
    addRegister,
    addSubmit,
    addList,
    addShow,
    addExplain,
    addWatch,
    addRetry,
    addCancel,
    addDecide,
    addExtend,
    addReprocess,
    addTakedown,
    addRestore,
    addAudit,
  ]) {
    add(content, cli);
  }
}
