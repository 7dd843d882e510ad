package routes.article;

/**
 * The content of a page, without menus, advertisements and comments. Texts are empty if the page does not contain them.
 *
 * @param title without the name of the site
 * @param author names, separated by commas
 * @param published day, or time with its offset, in ISO 8601
 * @param language code of ISO 639, such as {@code ru}
 * @param picture http(s) address of the leading picture
 * @param site name of the site
 * @param excerpt one or two sentences, {@value ArticleExtractor#MAX_EXCERPT} characters at most
 * @param markdown GitHub Flavored Markdown, {@value ArticleExtractor#MAX_TEXT} characters at most; links and pictures have http(s)
 *     addresses, and no HTML is in it
 * @param text the same without any formatting, paragraphs separated by empty lines
 * @param words number of words of the text
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
