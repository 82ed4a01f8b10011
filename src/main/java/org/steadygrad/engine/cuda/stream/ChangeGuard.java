package org.steadygrad.engine.cuda.stream;

import org.steadygrad.engine.EngineException;

/**
 * Knows whether something that takes several calls to change was changed as a whole. When one of the calls fails, part of it is
 * old and part new, and must neither be computed with nor saved.
 */
public final class ChangeGuard {
    private final String what;
    private final String remedy;
    private boolean open;

    /**
     * @param what is changed, in the plural
     * @param remedy what makes it whole again, as a sentence
     */
    public ChangeGuard(String what, String remedy) {
        this.what = what;
        this.remedy = remedy;
    }

    /** To be called before the first of the calls. */
    public void begin() {
        open = true;
    }

    /** To be called after the last of the calls, or when all of it was replaced. */
    public void end() {
        open = false;
    }

    /** Whether a change was begun and not ended. */
    public boolean open() {
        return open;
    }

    /** @throws EngineException when a change was begun and not ended */
    public void check() {
        if (open) {
            throw new EngineException("engine cuda: a call failed while " + what
                    + " were being changed, so that some are" + " old and some new. " + remedy);
        }
    }
}
