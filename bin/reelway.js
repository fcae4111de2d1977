#!/usr/bin/env node
'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');

const main = join(__dirname, '..', 'dist', 'cli', 'process.js');
if (existsSync(main)) {
  require(main).runProcess(process.argv.slice(2), process.env);
} else {
  process.stderr.write('Reelway is not built yet.\nRun: npm run build\n');
  process.exitCode = 2;
}
