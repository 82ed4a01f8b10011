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
import java.util.Optional;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnDropoutStruct;

/** cuDNN on one stream. */
public final class Dnn implements AutoCloseable {
    private final cudnnContext handle = new cudnnContext();
    private final cudnnDropoutStruct noDropout = new cudnnDropoutStruct();
    private final Deque<Runnable> destroyers = new ArrayDeque<>();

    /** @throws CudaException where there is no cuDNN that can be used, see {@link #obstacle()} */
    public Dnn(Stream stream) {
        obstacle().ifPresent(reason -> {
            throw new CudaException(CudaException.Kind.OTHER, "engine cuda: there is no cuDNN: " + reason);
        });
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

    /** Why there is no cuDNN, and what brings it; empty when it is there. Nothing of it may be called else. */
    public static Optional<String> obstacle() {
        return CudaProbe.report().findings().dnn().map(CudaReport.Problem::text);
    }

    /** For example "91900", for 9.19.0; "none" where there is no cuDNN. */
    public static String version() {
        return obstacle().isPresent() ? "none" : Long.toString(cudnnGetVersion());
    }

    @Override
    public void close() {
        while (!destroyers.isEmpty()) {
            Status.release(destroyers.pop());
        }
    }
}
