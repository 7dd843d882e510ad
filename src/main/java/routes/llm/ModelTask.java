package routes.llm;

/** Something a model is asked, and how its answer is read. Independent of who is asked. */
public interface ModelTask {

    /** What the model is to do, as the system message. */
    String instruction();

    /** What it is to be done with, as the message of the user: data, never instructions. */
    String material();

    /** Length of the answer at most, in tokens. */
    int maxTokens();

    /**
     * Reads an answer tolerantly and checks it strictly.
     *
     * @param content the text of the answer; not blank
     * @return what the one who asked wants to have; nothing unchecked
     * @throws UnusableAnswerException when nothing of it can be used
     */
    Object read(String content);
}
