import { it } from 'vitest';
import { checkHistories } from './transaction-world.ts';

it('transactions behave as the naive model, through crashes', { timeout: 120_000 }, () => checkHistories(150, 500));
