package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.cuLaunchCooperativeKernel;
import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;
import static org.bytedeco.cuda.global.cudart.cudaEventRecord;
import static org.bytedeco.cuda.global.cudart.cudaGraphDestroy;
import static org.bytedeco.cuda.global.cudart.cudaGraphLaunch;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyAsync;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToDevice;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToHost;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyHostToDevice;
import static org.bytedeco.cuda.global.cudart.cudaMemsetAsync;
import static org.bytedeco.cuda.global.cudart.cudaStreamBeginCapture;
import static org.bytedeco.cuda.global.cudart.cudaStreamCaptureModeThreadLocal;
import static org.bytedeco.cuda.global.cudart.cudaStreamCreateWithFlags;
import static org.bytedeco.cuda.global.cudart.cudaStreamDestroy;
import static org.bytedeco.cuda.global.cudart.cudaStreamEndCapture;
import static org.bytedeco.cuda.global.cudart.cudaStreamNonBlocking;
import static org.bytedeco.cuda.global.cudart.cudaStreamSynchronize;
import static org.bytedeco.cuda.global.cudart.cudaStreamWaitEvent;
import static org.bytedeco.cuda.global.cudart.cudaSuccess;

import java.lang.ref.Reference;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.PointerPointer;
import org.steadygrad.check.Check;

/** Work for a device, done in the order in which it is enqueued. Every method but the waiting ones returns at once. */
public final class Stream implements AutoCloseable {
    private final CUstream_st handle = new CUstream_st();
    private boolean closed;
    private boolean capturing;

    Stream() {
        Status.runtime(cudaStreamCreateWithFlags(handle, cudaStreamNonBlocking), "cudaStreamCreate");
    }

    CUstream_st handle() {
        return handle;
    }

    /** Copies as many bytes as the target has from the start of the source. */
    public void upload(DeviceMemory target, PinnedMemory source) {
        upload(target, source, 0);
    }

    /**
     * Copies as many bytes as the target has.
     *
     * @param offset first byte in the source
     */
    public void upload(DeviceMemory target, PinnedMemory source, long offset) {
        Check.that(offset + target.bytes() <= source.bytes(), "Stream.upload", "a source that is long enough", offset);
        Status.runtime(
                cudaMemcpyAsync(
                        target.pointer(),
                        Addresses.pointer(source.address() + offset),
                        target.bytes(),
                        cudaMemcpyHostToDevice,
                        handle),
                "a copy to the device");
    }

    /** Copies all of the source to the start of the target. */
    public void download(PinnedMemory target, DeviceMemory source) {
        download(target, 0, source);
    }

    /**
     * Copies all of the source.
     *
     * @param offset first byte in the target
     */
    public void download(PinnedMemory target, long offset, DeviceMemory source) {
        Check.that(
                offset + source.bytes() <= target.bytes(), "Stream.download", "a target that is long enough", offset);
        Status.runtime(
                cudaMemcpyAsync(
                        Addresses.pointer(target.address() + offset),
                        source.pointer(),
                        source.bytes(),
                        cudaMemcpyDeviceToHost,
                        handle),
                "a copy from the device");
    }

    /** Copies all of the source to the start of the target, which doesn't overlap. */
    public void copy(DeviceMemory target, DeviceMemory source) {
        Check.that(source.bytes() <= target.bytes(), "Stream.copy", "a target that is long enough", target.bytes());
        Status.runtime(
                cudaMemcpyAsync(target.pointer(), source.pointer(), source.bytes(), cudaMemcpyDeviceToDevice, handle),
                "a copy on the device");
    }

    public void zero(DeviceMemory memory) {
        Status.runtime(cudaMemsetAsync(memory.pointer(), 0, memory.bytes(), handle), "cudaMemsetAsync");
    }

    public void launch(Launch launch) {
        try {
            Status.driver(
                    launch.cooperative() ? cooperative(launch) : plain(launch),
                    "the launch of kernel " + launch.name());
        } finally {
            // the call reads arguments by their address, which the collector doesn't know of
            Reference.reachabilityFence(launch);
        }
    }

    private int plain(Launch launch) {
        return cuLaunchKernel(
                launch.function(),
                launch.grid(),
                1,
                1,
                launch.block(),
                1,
                1,
                launch.sharedBytes(),
                handle,
                launch.parameters(),
                (PointerPointer<?>) null);
    }

    private int cooperative(Launch launch) {
        return cuLaunchCooperativeKernel(
                launch.function(),
                launch.grid(),
                1,
                1,
                launch.block(),
                1,
                1,
                launch.sharedBytes(),
                handle,
                launch.parameters());
    }

    public void launch(Graph graph) {
        Status.runtime(cudaGraphLaunch(graph.executable(), handle), "cudaGraphLaunch");
    }

    public void record(Event event) {
        Status.runtime(cudaEventRecord(event.handle(), handle), "cudaEventRecord");
    }

    /** What is enqueued from now on waits for the event. */
    public void after(Event event) {
        Status.runtime(cudaStreamWaitEvent(handle, event.handle(), 0), "cudaStreamWaitEvent");
    }

    /**
     * Records what is enqueued on this stream instead of doing it.
     *
     * @param work enqueues; it must neither allocate device memory nor wait
     */
    public Graph capture(Runnable work) {
        Status.runtime(cudaStreamBeginCapture(handle, cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
        CUgraph_st recorded = new CUgraph_st();
        capturing = true;
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            leaveCapture(recorded);
            throw e;
        } finally {
            capturing = false;
        }
        Status.runtime(cudaStreamEndCapture(handle, recorded), "cudaStreamEndCapture");
        return new Graph(recorded, handle);
    }

    /** The stream must leave capture mode after a failure; what it recorded is of no use. */
    private void leaveCapture(CUgraph_st recorded) {
        if (!Device.lostHere() && cudaStreamEndCapture(handle, recorded) == cudaSuccess && !recorded.isNull()) {
            Status.release(() -> Status.runtime(cudaGraphDestroy(recorded), "cudaGraphDestroy"));
        }
    }

    /** Whether what is enqueued now is recorded and not done. */
    public boolean capturing() {
        return capturing;
    }

    /** Waits until all that was enqueued is done. */
    public void synchronize() {
        Status.runtime(cudaStreamSynchronize(handle), "cudaStreamSynchronize");
    }

    /** As {@link #synchronize}, before things are given back; says nothing of a lost device. */
    public void finish() {
        Status.release(this::synchronize);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Status.release(() -> Status.runtime(cudaStreamDestroy(handle), "cudaStreamDestroy"));
        }
    }
}
