/**
 * Words of Russian and English: analysis, stems, dictionary, keys of tags.
 *
 * <p>Uses: no other package.
 */
package routes.text;
