export { demoPassword, demoWaitlists } from './demo/demo-data.ts';
export { makeDemo } from './demo/make-demo.ts';
export { drawPortrait } from './demo/portrait.ts';
export { type Mail, mailSchema } from './mail/mail.ts';
export { type MailSink, type MailSinkOptions, startMailSink } from './mail/start-mail-sink.ts';
export { freePort, freePorts } from './ports/free-port.ts';
export { type PostgresOptions, type PostgresServer, startPostgres } from './postgres/start-postgres.ts';
export type { Stack, StackEvent, StackOptions, StackPorts } from './stack/stack.ts';
export { startStack } from './stack/start-stack.ts';
