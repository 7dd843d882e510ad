/**
 * Words of Russian and English: analysis, stems, dictionary, tag keys.
 *
 * <p>Uses: no other package.
 */
package routes.text;
