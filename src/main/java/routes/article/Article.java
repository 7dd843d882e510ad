package routes.article;

/**
 * The content of a page, without menus, advertisements and comments. Texts are empty if the page does not contain them.
 *
 * @param title without the name of the site
 * @param author names, separated by commas
 * @param published date, or date and time with offset, in ISO 8601
 * @param language ISO 639 code, such as {@code ru}
 * @param picture http(s) address of the leading picture
 * @param site name of the site
 * @param excerpt one or two sentences, at most {@value ArticleExtractor#MAX_EXCERPT} characters
 * @param markdown GitHub Flavored Markdown, at most {@value ArticleExtractor#MAX_TEXT} characters; links and pictures have http(s)
 *     addresses; contains no HTML
 * @param text the same text without formatting, paragraphs separated by empty lines
 * @param words number of words in the text
 */
public record Article(
        String title,
        String author,
        String published,
        String language,
        String picture,
        String site,
        String excerpt,
        String markdown,
        String text,
        int words) {}
