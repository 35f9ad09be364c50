import { join } from 'node:path';

/** What the commands need of Python: the framework, and the in-memory AWS. */
export const RUNTIME_REQUIREMENTS = [join(__dirname, 'requirements.txt')];

/** What the tests need beside it. */
export const TEST_REQUIREMENTS = [join(__dirname, '..', '..', 'test', 'requirements.txt')];
