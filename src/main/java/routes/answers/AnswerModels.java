package routes.answers;

import routes.llm.ModelResult;
import routes.llm.ModelTask;

/** Runs the tasks of an answer on model providers. */
public interface AnswerModels {
    /**
     * Runs a task on the providers of {@code ANSWER_PROVIDERS}.
     *
     * @throws RuntimeException if no provider completes the task
     */
    ModelResult answer(AnswerTask task);

    /**
     * Runs a task on the models of {@code ANSWER_CHECK_PROVIDERS}.
     *
     * @throws RuntimeException if no model completes the task
     */
    ModelResult check(ModelTask task);

    /** Whether {@link #check} has a model to call. */
    boolean canCheck();
}
