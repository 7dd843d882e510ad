/**
 * The content of a page: its article as Markdown and plain text, with title, author and other metadata.
 *
 * <p>Uses: text, web.
 */
package routes.article;
