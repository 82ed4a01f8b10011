package org.steadygrad.engine.cuda.update;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateOutcome.BlockUpdate;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.GradientStatistics;

/** What an update leaves in device memory, to be brought to the host when it suits; layouts as in update.cuh. */
final class UpdateReport {
    private static final int HEAD_BYTES = 2 * Integer.BYTES + 3 * Double.BYTES;
    private static final int ROW_BYTES = 2 * Double.BYTES + 2 * Long.BYTES;
    private static final int NORMS_BYTES = 2 * Double.BYTES;

    private final FlatLayout layout;
    private final DeviceMemory memory;

    UpdateReport(FlatLayout layout, CudaRuntime runtime) {
        this.layout = layout;
        memory = runtime.scope().bytes(HEAD_BYTES + (long) layout.blocks().size() * (ROW_BYTES + NORMS_BYTES));
        runtime.stream().zero(memory);
    }

    /** All of it. */
    DeviceMemory memory() {
        return memory;
    }

    /** Whether the step was made, the smallest clip factor, the loss scales. */
    DeviceMemory head() {
        return memory.slice(0, HEAD_BYTES);
    }

    /** Statistics of the averaged gradient, a row per parameter. */
    DeviceMemory rows() {
        return memory.slice(HEAD_BYTES, (long) layout.blocks().size() * ROW_BYTES);
    }

    /** Norms of weight and update per parameter; they stay until the next update. */
    DeviceMemory norms() {
        long from = HEAD_BYTES + rows().bytes();
        return memory.slice(from, memory.bytes() - from);
    }

    /** @param downloaded a copy of {@link #memory} from position 0 on, in the machine's order of bytes */
    UpdateOutcome outcome(ByteBuffer downloaded) {
        List<BlockUpdate> updates = new ArrayList<>();
        int at = Math.toIntExact(HEAD_BYTES + rows().bytes());
        for (int i = 0; i < layout.blocks().size(); i++, at += NORMS_BYTES) {
            updates.add(new BlockUpdate(downloaded.getDouble(at), downloaded.getDouble(at + Double.BYTES)));
        }
        boolean applied = downloaded.getInt(0) != 0;
        boolean rescaled = !applied && nextLossScale(downloaded) < lossScale(downloaded);
        double clipScale = downloaded.getDouble(2 * Integer.BYTES);
        return new UpdateOutcome(applied, statistics(downloaded), clipScale, updates, rescaled);
    }

    /** As soon as the rows are there. */
    GradientStatistics statistics(ByteBuffer downloaded) {
        List<GradientStatistics.Row> rows = new ArrayList<>();
        int at = HEAD_BYTES;
        for (int i = 0; i < layout.blocks().size(); i++, at += ROW_BYTES) {
            rows.add(new GradientStatistics.Row(
                    downloaded.getDouble(at),
                    downloaded.getDouble(at + Double.BYTES),
                    downloaded.getLong(at + 2 * Double.BYTES),
                    downloaded.getLong(at + 3 * Double.BYTES)));
        }
        return new GradientStatistics(layout, rows);
    }

    /** What the update's gradient was scaled by; 1 where the loss isn't scaled. */
    static double lossScale(ByteBuffer downloaded) {
        return downloaded.getDouble(2 * Integer.BYTES + Double.BYTES);
    }

    /** What the next gradient will be scaled by. */
    static double nextLossScale(ByteBuffer downloaded) {
        return downloaded.getDouble(2 * Integer.BYTES + 2 * Double.BYTES);
    }
}
