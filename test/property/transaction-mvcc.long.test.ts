import { it } from 'vitest';
import { checkHistories } from './transaction-world.ts';

it('transactions behave as the naive model, through long histories', () => checkHistories(5000, 2000));
