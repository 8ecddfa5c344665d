import { openApiDocument } from './document.ts';

process.stdout.write(`${JSON.stringify(openApiDocument(process.argv[2]), undefined, 2)}\n`);
