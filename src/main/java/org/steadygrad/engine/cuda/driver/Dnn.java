package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.cudnnCreate;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateDropoutDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroy;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyDropoutDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnGetVersion;
import static org.bytedeco.cuda.global.cudnn.cudnnSetDropoutDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnSetStream;

import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnDropoutStruct;

/** cuDNN on one stream. */
public final class Dnn implements AutoCloseable {
    private final cudnnContext handle = new cudnnContext();
    private final cudnnDropoutStruct noDropout = new cudnnDropoutStruct();
    private boolean closed;

    public Dnn(Stream stream) {
        Status.dnn(cudnnCreate(handle), "cudnnCreate");
        Status.dnn(cudnnSetStream(handle, stream.handle()), "cudnnSetStream");
        Status.dnn(cudnnCreateDropoutDescriptor(noDropout), "cudnnCreateDropoutDescriptor");
        Status.dnn(cudnnSetDropoutDescriptor(noDropout, handle, 0, null, 0, 0), "cudnnSetDropoutDescriptor");
    }

    cudnnContext handle() {
        return handle;
    }

    cudnnDropoutStruct noDropout() {
        return noDropout;
    }

    /** For example 91900, for 9.19.0. */
    public static long version() {
        return cudnnGetVersion();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Status.dnn(cudnnDestroyDropoutDescriptor(noDropout), "cudnnDestroyDropoutDescriptor");
            Status.dnn(cudnnDestroy(handle), "cudnnDestroy");
        }
    }
}
