import type { Page } from 'playwright-core';

export interface NewUser {
  readonly displayName: string;
  readonly email: string;
}

/** Registers as people do, and ends on their lists, of which there are none. */
export async function register(page: Page, { displayName, email }: NewUser): Promise<void> {
  await page.goto('/register');
  await page.getByLabel('Name').fill(displayName);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill('correct horse');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: 'Create your first list' }).waitFor();
}
