/**
 * The one error of the template engine. It means "AWS may do something here, this engine does not" or "the template is wrong";
 * in both cases the caller shows it and never sends a half-rendered text.
 */

/** A mapping template that can't be parsed or evaluated; the message says what was found and what is supported. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}
