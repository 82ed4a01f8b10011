package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.cudaGraphDestroy;
import static org.bytedeco.cuda.global.cudart.cudaGraphExecDestroy;
import static org.bytedeco.cuda.global.cudart.cudaGraphInstantiate;
import static org.bytedeco.cuda.global.cudart.cudaGraphUpload;

import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;

/** Work that was recorded once, to be launched as a whole many times. */
public final class Graph implements AutoCloseable {
    private final CUgraphExec_st executable = new CUgraphExec_st();
    private boolean closed;

    /** @param recorded is destroyed */
    Graph(CUgraph_st recorded, CUstream_st stream) {
        try {
            Status.runtime(cudaGraphInstantiate(executable, recorded, 0), "cudaGraphInstantiate");
            upload(stream);
        } finally {
            Status.release(() -> Status.runtime(cudaGraphDestroy(recorded), "cudaGraphDestroy"));
        }
    }

    private void upload(CUstream_st stream) {
        try {
            Status.runtime(cudaGraphUpload(executable, stream), "cudaGraphUpload");
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    CUgraphExec_st executable() {
        return executable;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Status.release(() -> Status.runtime(cudaGraphExecDestroy(executable), "cudaGraphExecDestroy"));
        }
    }
}
