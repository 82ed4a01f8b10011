package org.steadygrad.engine.cuda.update;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.ParameterUpdate;
import org.steadygrad.engine.plan.UpdatePlan;
import org.steadygrad.ops.ParameterBlock;

/**
 * What kernels need to know of the parameters, in device memory: a row per parameter, and the flat vectors cut into tiles
 * none of which belongs to two parameters. Layouts as in update.cuh.
 */
final class UpdateTables {
    private static final int PARAMETER_BYTES = 6 * Long.BYTES + 8 * Integer.BYTES;

    /** Elements that one turn of a block's threads takes. */
    private static final int SHORTEST_TILE = 4 * CudaRuntime.BLOCK;

    private static final int LONGEST_TILE = 16 * SHORTEST_TILE;

    /** Tiles of a long vector, before they grow. */
    private static final int MANY = 1024;

    private static final int NEIGHBOURS = 4;

    private final DeviceMemory parameters;
    private final DeviceMemory tileBegin;
    private final DeviceMemory tileParameter;
    private final int count;

    /** Per tile, the parameter it belongs to. */
    private final List<Integer> owners = new ArrayList<>();

    private long units;

    UpdateTables(UpdatePlan plan, CudaRuntime runtime) {
        count = plan.updates().size();
        int tile = tileLength(plan.layout().length());
        List<Long> begins = new ArrayList<>();
        ByteBuffer rows = buffer((long) count * PARAMETER_BYTES);
        for (int i = 0; i < count; i++) {
            ParameterUpdate update = plan.updates().get(i);
            int first = owners.size();
            long end = update.offset() + update.length();
            for (long from = update.offset(); from < end; from = next(from, tile)) {
                owners.add(i);
                begins.add(from);
            }
            put(rows, update, first);
        }
        begins.add(plan.layout().length());
        putLayers(rows, plan);
        parameters = upload(runtime, rows);
        tileBegin = upload(runtime, longs(begins));
        tileParameter = upload(runtime, ints(owners));
    }

    /** Fixed by the length alone, as the order of sums depends on it. */
    private static int tileLength(long length) {
        int tile = SHORTEST_TILE;
        while (tile < LONGEST_TILE && (long) tile * MANY < length) {
            tile *= 2;
        }
        return tile;
    }

    /** Where the tile after the one at {@code from} begins: wherever parameters do, others begin at multiples of four. */
    private static long next(long from, int tile) {
        return from / NEIGHBOURS * NEIGHBOURS + tile;
    }

    private void put(ByteBuffer rows, ParameterUpdate update, int firstTile) {
        long inBlock = units(update.block());
        rows.putLong(update.offset()).putLong(update.stateOffset()).putLong(update.stateStride());
        rows.putLong(update.length()).putLong(inBlock == 0 ? 0 : update.length() / inBlock);
        rows.putLong(units);
        rows.putInt(firstTile).putInt(owners.size());
        rows.putInt(update.block().kind().ordinal()).putInt(update.kind().ordinal());
        rows.putInt(0).putInt(0).putInt(0);
        rows.putInt(update.kind().divides() ? 1 : 0);
        units += inBlock;
    }

    /** A unit is a column of a matrix, which lies in one stretch; a vector or a scalar is one unit. */
    private static long units(ParameterBlock block) {
        if (block.length() == 0 || !block.trained()) {
            return 0;
        }
        long axes = block.shape().stream().filter(size -> size != 1).count();
        return axes < 2 ? 1 : block.shape().get(block.shape().size() - 1);
    }

    /** Number of each parameter's layer, and the first and one beyond the last parameter of that layer. */
    private static void putLayers(ByteBuffer rows, UpdatePlan plan) {
        Map<String, int[]> layers = new HashMap<>();
        for (int i = 0; i < plan.updates().size(); i++) {
            int[] begin = {layers.size(), i, i};
            layers.computeIfAbsent(plan.updates().get(i).block().layer(), name -> begin)[2] = i + 1;
        }
        for (int i = 0; i < plan.updates().size(); i++) {
            int[] layer = layers.get(plan.updates().get(i).block().layer());
            int at = i * PARAMETER_BYTES + 6 * Long.BYTES + 4 * Integer.BYTES;
            rows.putInt(at, layer[0]);
            rows.putInt(at + Integer.BYTES, layer[1]);
            rows.putInt(at + 2 * Integer.BYTES, layer[2]);
        }
    }

    static ByteBuffer buffer(long bytes) {
        return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
    }

    static ByteBuffer longs(List<Long> values) {
        ByteBuffer buffer = buffer((long) values.size() * Long.BYTES);
        values.forEach(buffer::putLong);
        return buffer;
    }

    static ByteBuffer ints(List<Integer> values) {
        ByteBuffer buffer = buffer((long) values.size() * Integer.BYTES);
        values.forEach(buffer::putInt);
        return buffer;
    }

    /** Device memory that lives as long as the engine, filled with all of a buffer. */
    static DeviceMemory upload(CudaRuntime runtime, ByteBuffer values) {
        DeviceMemory target = runtime.scope().bytes(values.capacity());
        if (target.bytes() > 0) {
            try (PinnedMemory pinned = runtime.device().pinned(target.bytes())) {
                pinned.content().put(values.rewind());
                runtime.stream().upload(target, pinned);
                runtime.stream().synchronize();
            }
        }
        return target;
    }

    DeviceMemory parameters() {
        return parameters;
    }

    /** First element of every tile, and the end of the last. */
    DeviceMemory tileBegin() {
        return tileBegin;
    }

    DeviceMemory tileParameter() {
        return tileParameter;
    }

    /** Number of parameters. */
    int count() {
        return count;
    }

    int tiles() {
        return owners.size();
    }

    /** Units of all trained parameters. */
    long units() {
        return units;
    }

    /** @param tile its number */
    int owner(int tile) {
        return owners.get(tile);
    }
}
