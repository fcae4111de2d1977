import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch, type Page } from 'puppeteer-core';
import { workflowIdOf } from '../../contracts/model/ids';
import { eventually } from './eventually';
import type { World } from './world';

const SIZE = { width: 1_500, height: 1_150, deviceScaleFactor: 1 };

/**
 * Pictures of the Temporal UI as an operator sees one content: the list with our attributes, current details, summaries of
 * activities. Taken only where REELWAY_SCREENSHOTS names a folder; REELWAY_CHROMIUM is the browser, default chromium.
 */
export async function takeScreenshots(world: World, contentId: string): Promise<void> {
  const folder = process.env['REELWAY_SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  const executablePath = process.env['REELWAY_CHROMIUM'] ?? '/usr/bin/chromium';
  const browser = await launch({ executablePath, args: ['--no-sandbox', '--hide-scrollbars'], defaultViewport: SIZE });
  try {
    const page = await browser.newPage();
    await page.evaluateOnNewDocument(prepareUi(world.name, COLUMNS));
    const { runId } = await world.temporal.client.workflow.getHandle(workflowIdOf(contentId)).describe();
    const base = `${world.stack.temporal.ui}/namespaces/${world.name}/workflows`;
    const run = `${base}/${encodeURIComponent(workflowIdOf(contentId))}/${runId}`;
    const filter = encodeURIComponent('NeedsAttention = true AND ExecutionStatus = "Running"');
    await shoot(page, `${base}?query=${filter}`, contentId, join(folder, 'attention.png'));
    await shoot(page, `${run}/user-metadata`, 'PACKAGE_FAILED', join(folder, 'current-details.png'));
    await shoot(page, `${run}/history`, 'encode', join(folder, 'activity-summaries.png'));
  } finally {
    await browser.close();
  }
}

const COLUMNS = ['Status', 'Workflow ID', 'ContentStage', 'ContentStatus', 'FailureCode', 'Residency', 'Start'];

/** A script for the browser: the columns that an operator would choose. */
function prepareUi(namespace: string, columns: string[]): string {
  const table = JSON.stringify({ [namespace]: columns.map((label) => ({ label })) });
  return `localStorage.setItem('namespace-workflow-table-columns', ${JSON.stringify(table)})`;
}

async function shoot(page: Page, url: string, text: string, path: string): Promise<void> {
  await page.goto(url);
  // Details are shown in a frame of their own.
  const texts = (): Promise<unknown[]> =>
    Promise.all(page.frames().map((frame) => frame.evaluate(`document.body ? document.body.innerText : ''`)));
  await eventually(`${url} shows ${text}`, async () => (await texts()).some((one) => String(one).includes(text)));
  writeFileSync(path, await page.screenshot());
}
