/** Functions whose answer is in the catalog, by name (functions/session/catalog-questions.ts declares them). */
import type { Datum } from '../../types/datum.ts';
import type { Session } from '../session.ts';
import { visibilityQuestions } from './visibility.ts';
import { nameQuestions } from './names.ts';

export type CatalogQuestion = (args: readonly Datum[], session: Session) => Datum;

export const catalogQuestions: ReadonlyMap<string, CatalogQuestion> = new Map([
  ...Object.entries(visibilityQuestions),
  ...Object.entries(nameQuestions),
]);
