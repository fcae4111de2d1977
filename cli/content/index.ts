import type { Command } from 'commander';
import type { Cli } from '../cli';
import { addAudit } from './audit';
import { addCancel } from './cancel';
import { addDecide } from './decide';
import { addExplain } from './explain';
import { addExtend } from './extend';
import { addHold } from './hold';
import { addList } from './list';
import { addRecover } from './recover';
import { addRegister } from './register';
import { addRelease } from './release';
import { addReprioritise } from './reprioritise';
import { addReprocess } from './reprocess';
import { addRestore } from './restore';
import { addRetry } from './retry';
import { addShow } from './show';
import { addSkip } from './skip';
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
    addSkip,
    addCancel,
    addDecide,
    addExtend,
    addHold,
    addRelease,
    addReprioritise,
    addRecover,
    addReprocess,
    addTakedown,
    addRestore,
    addAudit,
  ]) {
    add(content, cli);
  }
}
