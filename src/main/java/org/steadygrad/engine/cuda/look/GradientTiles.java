package org.steadygrad.engine.cuda.look;

import java.nio.DoubleBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.DeviceScope;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.kernel.CudaModel;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.ops.ParameterBlock;

/** Looks for what isn't finite in the gradients of parameters: a flat gradient in tiles, none of which belongs to two. */
public final class GradientTiles {
    /** Elements that one block of threads goes over. */
    private static final long LONGEST = 1L << 15;

    private final CudaRuntime runtime;
    private final DeviceMemory gradient;
    private final List<Tile> tiles = new ArrayList<>();
    private final DeviceMemory bounds;

    private record Tile(ParameterBlock block, long first, long end) {}

    /** Waits for the device. */
    public GradientTiles(CudaModel model, DeviceScope scope) {
        runtime = model.runtime();
        gradient = model.memory().gradient();
        for (ParameterBlock block : model.memory().layout().blocks()) {
            long end = block.offset() + block.length();
            for (long first = block.offset(); first < end; first += LONGEST) {
                tiles.add(new Tile(block, first, Math.min(end, first + LONGEST)));
            }
        }
        bounds = scope.bytes(2L * Long.BYTES * tiles.size());
        if (!tiles.isEmpty()) {
            send();
        }
    }

    private void send() {
        try (PinnedMemory pinned = runtime.device().pinned(bounds.bytes())) {
            LongBuffer numbers = pinned.content().asLongBuffer();
            tiles.forEach(tile -> numbers.put(tile.first).put(tile.end));
            runtime.stream().upload(bounds, pinned);
            runtime.stream().synchronize();
        }
    }

    /** Number of doubles of the result. */
    public int numbers() {
        return 2 * tiles.size();
    }

    /** @param result {@link #numbers()} doubles */
    public Runnable scan(DeviceMemory result) {
        if (tiles.isEmpty()) {
            return () -> {};
        }
        Launch launch = runtime.each(tiles.size(), "trace", "scan_tiles")
                .with(gradient)
                .with(bounds)
                .with(result);
        return () -> runtime.stream().launch(launch);
    }

    /**
     * The first non-finite element of each parameter that has one.
     *
     * @param numbers the next {@link #numbers()} are the result
     */
    public Map<ParameterBlock, Double> nonFinite(DoubleBuffer numbers) {
        Map<ParameterBlock, Double> found = new HashMap<>();
        for (Tile tile : tiles) {
            double first = numbers.get();
            double value = numbers.get();
            if (first >= 0) {
                found.putIfAbsent(tile.block, value);
            }
        }
        return found;
    }
}
