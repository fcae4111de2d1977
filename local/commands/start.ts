import { Command } from 'commander';
import { startDemo, type DemoOptions } from '../demo/start-demo';

export const startCommand = (): Command =>
  new Command('start')
    .description('run everything on this machine, and publish one real video to show it')
    .option('--once', 'stop everything after the video is published; exit code 1 where anything was not right', false)
    .option('--json', 'print what was seen as one line of JSON after the table', false)
    .action((options: DemoOptions) => startDemo(options));
