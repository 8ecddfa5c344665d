import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import type { Tokens } from '../../auth/account.ts';
import type { ContractCase } from '../contract-case.ts';
import { pngOf } from '../png.ts';
import type { Account, World } from '../world.ts';

export function authJourneys(world: World, hasMail: boolean): ContractCase[] {
  const { call, succeed } = world;
  const statusOfMe = async (accessToken: string) => (await call('getMe', {}, { accessToken })).status;
  const login = ({ email }: Account, password: string) => call('login', { body: { email, password } });
  const refresh = async ({ refreshToken }: Tokens) => call('refresh', { body: { refreshToken } });

  const cases: ContractCase[] = [
    {
      route: 'register',
      name: 'registers with a photo in one form, and shows it as mine',
      run: async () => {
        const email = `form-${randomUUID()}@example.com`;
        const fields = { email, password: 'correct horse', displayName: 'Zoë 🦊' };
        const { body } = await succeed('register', { form: { fields, file: pngOf(80, 60, [9, 99, 199]) } });
        assert.equal(body.user.displayName, 'Zoë 🦊');
        const id = body.user.photo?.id ?? assert.fail('the account has no photo');
        for (const variant of ['thumb', 'card', 'full'] as const) {
          const image = await succeed('getImageVariant', { params: { id, variant } });
          assert.equal(image.status, 200);
        }
        const me = await succeed('getMe', {}, { accessToken: body.accessToken });
        assert.deepEqual(me.body, body.user);
      },
    },
    {
      route: 'register',
      name: 'keeps one account to an address, whatever its case',
      run: async () => {
        const { email } = await world.newAccount();
        const body = { email: email.toUpperCase(), password: 'correct horse', displayName: 'Twin' };
        const twin = await call('register', { body });
        assert.ok(!twin.ok && twin.error.code === 'email_taken', `expected email_taken, got ${twin.status}`);
      },
    },
    {
      route: 'register',
      name: 'makes no account when the photo is none',
      run: async () => {
        const email = `none-${randomUUID()}@example.com`;
        const fields = { email, password: 'correct horse', displayName: 'Nobody' };
        const refused = await call('register', {
          form: { fields, file: new Blob(['<svg/>'], { type: 'image/png' }) },
        });
        assert.ok([415, 422].includes(refused.status), `expected 415 or 422, got ${refused.status}`);
        assert.equal((await call('login', { body: { email, password: 'correct horse' } })).status, 401);
      },
    },
    {
      route: 'register',
      name: 'reads passwords whole: 72 bytes are taken, 73 refused',
      run: async () => {
        const register = (password: string) =>
          call('register', {
            body: { email: `edge-${randomUUID()}@example.com`, password, displayName: 'Edge' },
          });
        assert.equal((await register('é'.repeat(36))).status, 201);
        assert.equal((await register(`${'é'.repeat(36)}x`)).status, 400);
      },
    },
    {
      route: 'login',
      name: 'answers a wrong password and an unknown address alike',
      run: async () => {
        const { email } = await world.owner();
        const wrong = await call('login', { body: { email, password: 'not the password' } });
        const unknown = await call('login', { body: { email: `x${email}`, password: 'not the password' } });
        assert.ok(!wrong.ok && !unknown.ok);
        assert.equal(wrong.error.code, 'invalid_credentials');
        assert.equal(wrong.error.message, unknown.error.message);
        assert.equal(wrong.status, unknown.status);
      },
    },
    {
      route: 'refresh',
      name: 'exchanges a refresh token for tokens that work, again and again',
      run: async () => {
        let tokens: Tokens = (await world.newAccount()).session;
        for (let round = 0; round < 3; round += 1) {
          tokens = (await succeed('refresh', { body: { refreshToken: tokens.refreshToken } })).body;
          assert.equal(await statusOfMe(tokens.accessToken), 200);
        }
      },
    },
    {
      route: 'refresh',
      name: 'refuses a token that nobody was given',
      run: async () => {
        const refused = await call('refresh', { body: { refreshToken: 'a-token-that-nobody-was-given' } });
        assert.ok(!refused.ok && refused.error.code === 'invalid_refresh_token');
      },
    },
    {
      route: 'logout',
      name: 'ends this session on the spot, and no other',
      run: async () => {
        const account = await world.newAccount();
        const other = await login(account, account.password);
        assert.ok(other.ok);
        await succeed('logout', {}, { accessToken: account.session.accessToken });
        assert.equal(await statusOfMe(account.session.accessToken), 401);
        assert.equal((await refresh(account.session)).status, 401);
        assert.equal(await statusOfMe(other.body.accessToken), 200);
      },
    },
    {
      route: 'changePassword',
      name: 'changes the password, and ends the other sessions alone',
      run: async () => {
        const account = await world.newAccount();
        const other = await login(account, account.password);
        assert.ok(other.ok);
        const { accessToken } = account.session;
        const body = { currentPassword: account.password, newPassword: 'a new password' };
        await succeed('changePassword', { body }, { accessToken });
        assert.equal(await statusOfMe(accessToken), 200);
        assert.equal(await statusOfMe(other.body.accessToken), 401);
        assert.equal((await login(account, account.password)).status, 401);
        assert.equal((await login(account, 'a new password')).status, 200);
      },
    },
    {
      route: 'changePassword',
      name: 'refuses a wrong current password, and changes nothing',
      run: async () => {
        const account = await world.newAccount();
        const body = { currentPassword: 'not the password', newPassword: 'a new password' };
        const refused = await call('changePassword', { body }, { accessToken: account.session.accessToken });
        assert.ok(!refused.ok && refused.error.code === 'wrong_password');
        assert.equal((await login(account, account.password)).status, 200);
      },
    },
    {
      route: 'updateMe',
      name: 'changes what is named, and leaves the rest',
      run: async () => {
        const { session } = await world.newAccount();
        const { accessToken } = session;
        await succeed('updateMe', { body: { phone: '+44 20 7946 0000' } }, { accessToken });
        const { body } = await succeed('updateMe', { body: { displayName: 'Countess' } }, { accessToken });
        assert.deepEqual(body, { ...session.user, displayName: 'Countess', phone: '+44 20 7946 0000' });
      },
    },
  ];
  return hasMail ? [...cases, resetByMail(world)] : cases;
}

function resetByMail({ call, mailTo, newAccount, succeed }: World): ContractCase {
  return {
    route: 'reset',
    name: 'sets a new password with the token from the mail, once, and ends every session',
    run: async () => {
      const { email, session } = await newAccount();
      await succeed('forgot', { body: { email } });
      const mail = await mailTo(email, ({ text }) => text.includes('token='));
      const token = /token=([A-Za-z0-9_-]+)/.exec(mail.text)?.[1] ?? assert.fail('the mail has no link');
      const reset = (password: string) => call('reset', { body: { token, password } });
      assert.equal((await reset('a new password')).status, 204);
      const again = await reset('another password');
      assert.ok(!again.ok && again.error.code === 'invalid_reset_token');
      assert.equal((await call('getMe', {}, { accessToken: session.accessToken })).status, 401);
      assert.equal((await call('login', { body: { email, password: 'a new password' } })).status, 200);
    },
  };
}
