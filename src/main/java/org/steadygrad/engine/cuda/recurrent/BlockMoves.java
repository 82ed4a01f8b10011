package org.steadygrad.engine.cuda.recurrent;

import java.nio.ByteBuffer;
import java.util.List;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.stream.CudaRuntime;

/** Copies of several blocks from one memory to another, by one launch. */
final class BlockMoves {
    private static final int NUMBERS = 3;

    private final CudaRuntime runtime;
    private final Launch launch;

    /**
     * A block, in floats.
     *
     * @param from where it begins in the source
     * @param to where it begins in the target
     */
    record Block(long from, long to, long length) {
        Block back() {
            return new Block(to, from, length);
        }
    }

    /** Waits for the device. */
    BlockMoves(ScanPlace place, DeviceMemory source, DeviceMemory target, List<Block> blocks) {
        runtime = place.runtime();
        DeviceMemory table = place.scope().bytes((long) blocks.size() * NUMBERS * Long.BYTES);
        long elements = 0;
        try (PinnedMemory host = runtime.device().pinned(table.bytes())) {
            ByteBuffer numbers = host.content();
            for (Block block : blocks) {
                elements += block.length;
                numbers.putLong(block.from).putLong(block.to).putLong(elements);
            }
            runtime.stream().upload(table, host);
            runtime.stream().synchronize();
        }
        launch = runtime.over(elements, "recurrent", "move_blocks")
                .with(source)
                .with(target)
                .with(table)
                .with(elements);
    }

    void run() {
        runtime.stream().launch(launch);
    }
}
