package routes.answers;

import routes.llm.ModelResult;
import routes.llm.ModelTask;

/** Runs the tasks of an answer on the providers. */
public interface AnswerModels {
    /**
     * On the providers of {@code ANSWER_PROVIDERS}.
     *
     * @throws RuntimeException if none completes the task
     */
    ModelResult answer(AnswerTask task);

    /**
     * On the models of {@code ANSWER_CHECK_PROVIDERS}.
     *
     * @throws RuntimeException if none completes the task
     */
    ModelResult check(ModelTask task);

    /** Whether {@link #check} has any model to call. */
    boolean canCheck();
}
