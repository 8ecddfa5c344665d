import { access, writeFile } from 'node:fs/promises';
import { authPaths } from './auth-functions.ts';
import type { DataFolder } from './data-folder.ts';
import type { Stack } from './stack.ts';

/**
 * Readies a new folder for cutting auth over: its tables move to where both sides share them. Where an operator moved
 * them back since, they stay.
 */
export async function advanceSeamOnce(folder: DataFolder, urls: Stack['urls']): Promise<void> {
  const marker = folder.path('auth-seam-advanced.done');
  const done = await access(marker).then(
    () => true,
    () => false,
  );
  if (done) return;
  const response = await fetch(`${urls.lambdaHost}${authPaths.seam}/advance`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${folder.secrets.seamToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ by: 'npm start', why: 'a new data folder' }),
  });
  if (!response.ok) throw new Error(`The auth seam could not be advanced: ${await response.text()}`);
  await writeFile(marker, '');
}
