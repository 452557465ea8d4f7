/** The words of a question that say what it is about: without those that only make it a question, reduced to stems. */
import { english, termsOf } from './analyzers.js';

const QUESTION_WORDS = new Set(
  (
    'what which who whom whose when where why how do does did doing done can could should would will shall may might must am is are was were be been being ' +
    'has have had having i me my mine you your yours he him his she her hers we us our ours its they them those about from get got use there any some ' +
    'need want please tell show give explain find after before while during between through than also just only very so too'
  ).split(' '),
);

/** Terms as the `english` analyzer writes them, each once. A question of nothing but question words keeps all of them. */
export function questionTerms(question: string): string[] {
  const terms = termsOf(english, question);
  const telling = terms.filter(({ start, end }) => !QUESTION_WORDS.has(question.slice(start, end).toLowerCase()));
  return [...new Set((telling.length > 0 ? telling : terms).map(({ term }) => term))];
}
