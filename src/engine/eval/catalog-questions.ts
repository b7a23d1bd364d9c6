/** Functions whose answer is in the catalog, by name (functions/session/catalog-questions.ts declares them). */
import type { Datum } from '../../types/datum.ts';
import type { Session } from '../session.ts';
import { definitionQuestions } from './definitions.ts';
import { functionQuestions } from './function-text.ts';
import { nameQuestions } from './names.ts';
import { privilegeQuestions } from './privileges.ts';
import { relationQuestions } from './relation-facts.ts';
import { visibilityQuestions } from './visibility.ts';

export type CatalogQuestion = (args: readonly Datum[], session: Session) => Datum;

export const catalogQuestions: ReadonlyMap<string, CatalogQuestion> = new Map(
  [
    definitionQuestions,
    functionQuestions,
    nameQuestions,
    privilegeQuestions,
    relationQuestions,
    visibilityQuestions,
  ].flatMap((questions) => Object.entries(questions)),
);
