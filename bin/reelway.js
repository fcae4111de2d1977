#!/usr/bin/env node
'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');

const built = join(__dirname, '..', 'dist', 'cli', 'process.js');

if (existsSync(built)) {
  void require(built).runProcess(process.argv.slice(2), process.env);
} else {
  process.stderr.write('reelway is not built yet.\n  next: npm run build (npm start does it by itself)\n');
  process.exitCode = 2;
}
