import { Command } from 'commander';
import { fetchAll, reportTo } from '../stack';

export const fetchCommand = (): Command =>
  new Command('fetch')
    .description('bring every server and tool here that a start or the tests need')
    .action(() => fetchAll(reportTo()));
