package org.steadygrad.engine.cuda.kernel;

import java.nio.ByteBuffer;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.cuda.stream.SentNumbers;

/** The few numbers that a pass takes from the host and leaves for it. */
public final class PassNumbers {
    private final CudaRuntime runtime;
    private final SentNumbers seed;
    private final DeviceMemory results;
    private final PinnedMemory host;
    private final LossScale lossScale;

    public PassNumbers(CudaRuntime runtime) {
        this.runtime = runtime;
        seed = new SentNumbers(runtime, Long.BYTES);
        results = runtime.scope().bytes(2L * Double.BYTES);
        host = runtime.scope().own(runtime.device().pinned(results.bytes()));
        lossScale = new LossScale(runtime);
        runtime.stream().zero(results);
    }

    /** Two unsigned words, the lower first: what decides all dropout masks of a pass. */
    public DeviceMemory seed() {
        return seed.memory();
    }

    public void sendSeed(long value) {
        seed.next().putLong(value);
        seed.send();
    }

    /** One double: the sum of the loss over all rows that count. */
    public DeviceMemory lossSum() {
        return results.slice(0, Double.BYTES);
    }

    /** One double: what penalties add to the loss. */
    public DeviceMemory penalty() {
        return results.slice(Double.BYTES, Double.BYTES);
    }

    /** {@link #lossSum} and {@link #penalty}. */
    public DeviceMemory losses() {
        return results;
    }

    /**
     * @param downloaded a copy of {@link #losses} from position 0 on
     * @return the loss averaged over the examples, penalties included
     */
    public static double loss(ByteBuffer downloaded, int examples) {
        return downloaded.getDouble(0) / examples + downloaded.getDouble(Double.BYTES);
    }

    /** What the gradient of the loss is multiplied by. */
    LossScale lossScale() {
        return lossScale;
    }

    /**
     * Waits for the pass.
     *
     * @return the loss averaged over the examples, penalties included
     */
    public double loss(int examples) {
        runtime.stream().download(host, results);
        runtime.stream().synchronize();
        return loss(host.content(), examples);
    }
}
