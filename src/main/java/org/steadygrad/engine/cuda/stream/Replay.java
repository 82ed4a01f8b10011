package org.steadygrad.engine.cuda.stream;

import org.steadygrad.engine.cuda.driver.Graph;
import org.steadygrad.engine.cuda.driver.Stream;

/**
 * Work that is done again and again. The first time it is enqueued piece by piece, by which libraries get ready; the second
 * time it is captured, and from then on launched as a whole.
 */
public final class Replay implements AutoCloseable {
    private final Stream stream;
    private final Runnable work;
    private boolean warm;
    private Graph graph;

    /** @param work enqueues on the stream; neither allocates nor waits */
    public Replay(Stream stream, Runnable work) {
        this.stream = stream;
        this.work = work;
    }

    public void run() {
        if (!warm) {
            work.run();
            warm = true;
            return;
        }
        if (graph == null) {
            graph = stream.capture(work);
        }
        stream.launch(graph);
    }

    @Override
    public void close() {
        if (graph != null) {
            graph.close();
            graph = null;
        }
    }
}
