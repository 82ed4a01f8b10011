package org.steadygrad.engine.cuda.kernel;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Event;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.driver.Stream;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.program.SourceLayout;

/**
 * Brings arrays of one shape into a program's time-major memory. An array goes as it lies through pinned memory, on the stream
 * of copies, and is put into order on the device; two places take turns, so that a batch travels while the one before it is
 * computed with.
 */
final class Intake {
    private static final int PLACES = 2;

    /** Sides of the tiles that sequences are transposed by, and the fewest features for which that pays. */
    private static final int TILE = 32;

    private static final int SMALLEST_TILE = 8;

    private final CudaRuntime runtime;
    private final DeviceMemory target;
    private final int size;
    private final Place[] places = new Place[PLACES];
    private int turn;

    /** One of the places that take turns. */
    private static final class Place {
        final PinnedMemory host;
        final DeviceMemory device;
        final Event arrived;
        final Event taken;
        final List<Route> routes = new ArrayList<>();

        Place(KernelContext context, long floats) {
            CudaRuntime runtime = context.model().runtime();
            host = context.scope().own(runtime.device().pinned(floats * Float.BYTES));
            device = context.scope().floats(floats);
            arrived = context.scope().own(runtime.device().newEvent(false));
            taken = context.scope().own(runtime.device().newEvent(false));
        }
    }

    /** The way from one layout of the source. */
    private record Route(SourceLayout layout, Launch order) {}

    /** @param size number of elements in a row of the target, [rows, size] */
    Intake(KernelContext context, DeviceMemory target, int size) {
        runtime = context.model().runtime();
        this.target = target;
        this.size = size;
        for (int i = 0; i < PLACES; i++) {
            places[i] = new Place(context, target.length());
        }
    }

    /**
     * @param array [examples, size], [examples, steps] with a size of 1, or a sequence [examples, size, steps] or
     *     [examples, steps, size]
     * @param format of sequences
     */
    void load(INDArray array, RNNFormat format) {
        INDArray dense = dense(array);
        SourceLayout layout = SourceLayout.of("engine cuda", dense, format, size, target.length() / size);
        turn = (turn + 1) % PLACES;
        Place place = places[turn];
        place.arrived.await();
        place.host.write(dense);
        Stream copies = runtime.copies();
        copies.after(place.taken);
        copies.upload(place.device, place.host);
        copies.record(place.arrived);
        runtime.stream().after(place.arrived);
        runtime.stream().launch(route(place, layout).order);
        runtime.stream().record(place.taken);
    }

    /** The numbers of the last array, in no particular order. */
    FloatBuffer numbers() {
        return places[turn].host.floats();
    }

    /** Floats without gaps between them. */
    private static INDArray dense(INDArray array) {
        INDArray floats = array.castTo(DataType.FLOAT);
        long span = 1;
        for (int i = 0; i < floats.rank(); i++) {
            span += (floats.size(i) - 1) * Math.abs(floats.stride(i));
        }
        return floats.length() == span ? floats : floats.dup('c');
    }

    private Route route(Place place, SourceLayout layout) {
        for (Route known : place.routes) {
            if (known.layout.equals(layout)) {
                return known;
            }
        }
        Route route = new Route(layout, transposed(layout) ? transposing(place, layout) : ordering(place, layout));
        place.routes.add(route);
        return route;
    }

    /** Whether these are dense sequences [examples, size, steps] with rows that are worth a tile. */
    private boolean transposed(SourceLayout layout) {
        return size >= SMALLEST_TILE
                && layout.stepStride() == 1
                && layout.featureStride() == layout.steps()
                && layout.exampleStride() == (long) size * layout.steps();
    }

    private Launch transposing(Place place, SourceLayout layout) {
        long examples = target.length() / size / layout.steps();
        long tiles = examples * ceil(size, TILE) * ceil(layout.steps(), TILE);
        return runtime.each(Math.min(tiles, runtime.mostBlocks()), "rows", "transpose_rows")
                .with(place.device)
                .with(target)
                .with(examples)
                .with(size)
                .with((long) layout.steps());
    }

    private static long ceil(long count, long part) {
        return (count + part - 1) / part;
    }

    private Launch ordering(Place place, SourceLayout layout) {
        long rows = target.length() / size;
        return runtime.over(target.length(), "rows", "order_rows")
                .with(place.device)
                .with(target)
                .with(rows / layout.steps())
                .with(size)
                .with(target.length())
                .with(layout.stepStride())
                .with(layout.exampleStride())
                .with(layout.featureStride());
    }
}
