package org.steadygrad.benchmarks;

import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;

/** Holds a run between steps, and lets a number of them pass at a time; the first step may begin at once. */
final class Gate implements RunListener {
    private int allowed = 1;
    private boolean waiting;
    private boolean open;
    private double loss = Double.NaN;
    private RuntimeException failure;

    @Override
    public void happened(RunEvent event) {
        if (event instanceof RunEvent.Step step) {
            pass(step);
        }
    }

    private synchronized void pass(RunEvent.Step step) {
        loss = step.loss();
        allowed--;
        while (allowed <= 0 && !open) {
            waiting = true;
            notifyAll();
            pause();
        }
        waiting = false;
    }

    /** Waits until the run has done so many steps more. */
    synchronized void let(int steps) {
        awaitRest();
        allowed = steps;
        waiting = false;
        notifyAll();
        awaitRest();
    }

    private void awaitRest() {
        while (!waiting) {
            if (failure != null) {
                throw failure;
            }
            pause();
        }
    }

    private void pause() {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring", e);
        }
    }

    synchronized void fail(RuntimeException e) {
        failure = e;
        notifyAll();
    }

    /** Lets the run go on to its end. */
    synchronized void open() {
        open = true;
        notifyAll();
    }

    synchronized double loss() {
        return loss;
    }
}
