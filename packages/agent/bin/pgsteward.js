#!/usr/bin/env node
import { main } from '../dist/surfaces/cli/index.js';

process.exitCode = await main(process.argv);
