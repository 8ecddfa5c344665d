import { errorBody } from '@banyan/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { registerUser, testPassword } from '../testing/register-user.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

describe('failed logins', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ config: { loginFailuresPerAccount: 3, loginFailuresPerAddress: 8 } });
  });
  afterAll(() => app?.stop());

  const login = (email: string, password: string, from: string) =>
    request(app.url)
      .post('/api/auth/login')
      .set('x-forwarded-for', from)
      .set('x-request-id', 'r')
      .send({ email, password });

  it('are answered with 429 once there were too many, known and unknown addresses alike', async () => {
    await registerUser(app.url, { email: 'known@example.com' });
    const answers: string[][] = [];
    for (const email of ['known@example.com', 'unknown@example.com']) {
      const texts: string[] = [];
      for (let time = 0; time < 4; time += 1) {
        texts.push((await login(email.toUpperCase(), 'wrong', `192.0.2.${time}`)).text);
      }
      answers.push(texts);
      const limited = await login(email, testPassword, '192.0.2.9').expect(429);
      expect(errorBody.parse(limited.body).error.code).toBe('rate_limited');
      expect(Number(limited.headers['retry-after'])).toBeGreaterThan(800);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.map((text) => JSON.parse(text).error.code)).toEqual([
      'invalid_credentials',
      'invalid_credentials',
      'invalid_credentials',
      'rate_limited',
    ]);
  });

  it('count for the address that the gateway saw, whatever the client says of itself', async () => {
    for (let time = 0; time < 8; time += 1) {
      await login(`${time}@example.com`, 'wrong', `10.0.0.${time}, 198.51.100.1`).expect(401);
    }
    await login('other@example.com', 'wrong', '10.1.1.1, 198.51.100.1').expect(429);
    await login('other@example.com', 'wrong', '198.51.100.1, 198.51.100.2').expect(401);
  });

  it('of others keep nobody out of where they usually log in', async () => {
    await registerUser(app.url, { email: 'ada@example.com' });
    await login('ada@example.com', testPassword, '203.0.113.1').expect(200);
    for (let time = 0; time < 4; time += 1) await login('ada@example.com', 'wrong', '203.0.113.66');
    await login('ada@example.com', testPassword, '203.0.113.66').expect(429);
    await login('ada@example.com', testPassword, '203.0.113.1').expect(200);
  });
});
