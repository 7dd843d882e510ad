/**
 * What a page says: its article as Markdown and plain text, and what the page tells about it.
 *
 * <p>Uses: text, web.
 */
package routes.article;
