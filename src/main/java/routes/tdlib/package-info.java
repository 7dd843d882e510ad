/**
 * The Camel component {@code tdlib}: requests to Telegram and updates from it, through TDLib's shared library.
 *
 * <p>Uses: no other package.
 */
package routes.tdlib;
