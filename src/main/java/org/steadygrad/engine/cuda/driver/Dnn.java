package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.cudnnCreate;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateDropoutDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroy;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyDropoutDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnGetVersion;
import static org.bytedeco.cuda.global.cudnn.cudnnSetDropoutDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnSetStream;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnDropoutStruct;

/** cuDNN on one stream. */
public final class Dnn implements AutoCloseable {
    private final cudnnContext handle = new cudnnContext();
    private final cudnnDropoutStruct noDropout = new cudnnDropoutStruct();
    private final Deque<Runnable> destroyers = new ArrayDeque<>();

    public Dnn(Stream stream) {
        try {
            Status.dnn(cudnnCreate(handle), "cudnnCreate");
            destroyers.push(() -> Status.dnn(cudnnDestroy(handle), "cudnnDestroy"));
            Status.dnn(cudnnSetStream(handle, stream.handle()), "cudnnSetStream");
            Status.dnn(cudnnCreateDropoutDescriptor(noDropout), "cudnnCreateDropoutDescriptor");
            destroyers.push(
                    () -> Status.dnn(cudnnDestroyDropoutDescriptor(noDropout), "cudnnDestroyDropoutDescriptor"));
            Status.dnn(cudnnSetDropoutDescriptor(noDropout, handle, 0, null, 0, 0), "cudnnSetDropoutDescriptor");
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
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
        while (!destroyers.isEmpty()) {
            Status.release(destroyers.pop());
        }
    }
}
