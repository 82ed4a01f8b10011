package org.steadygrad.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** The sides of one case, all starting from the same weights where they have the same. */
final class Contest implements AutoCloseable {
    private final BenchmarkCase benchmark;
    private final List<Side> sides = new ArrayList<>();
    private final Map<String, String> absent = new LinkedHashMap<>();

    Contest(BenchmarkCase benchmark, String engine, int threads, List<String> peers) {
        this.benchmark = benchmark;
        if (benchmark.workload() instanceof Workload.Product product) {
            addProducts(product, peers);
            return;
        }
        Workload workload = benchmark.workload();
        BatchData data = BatchData.of(workload);
        ComputationGraph start = Dl4jModels.product(workload);
        sides.add(new EngineSide(engine, threads, workload, start, data));
        if (peers.contains("pytorch")) {
            sides.add(new TorchSide(workload, start, data));
        }
        if (peers.contains("dl4j")) {
            addDl4j(workload, start, data);
        }
    }

    private void addProducts(Workload.Product product, List<String> peers) {
        sides.add(new Products.OneDnn(product.size()));
        if (peers.contains("pytorch")) {
            sides.add(new Products.OfTorch(product.size()));
        }
        if (peers.contains("dl4j")) {
            sides.add(new Products.OfNd4j(product.size()));
        }
    }

    private void addDl4j(Workload workload, ComputationGraph start, BatchData data) {
        ComputationGraph plain = Dl4jModels.plain(workload);
        if (plain.numParams() == start.numParams()) {
            plain.setParams(start.params());
        }
        sides.add(new Dl4jSide(workload, plain, data));
    }

    /** Goes on without a peer that can't run the case. */
    void drop(Side side, String why) {
        sides.remove(side);
        absent.put(side.name(), why);
        side.close();
    }

    BenchmarkCase benchmark() {
        return benchmark;
    }

    /** Ours first. */
    List<Side> sides() {
        return List.copyOf(sides);
    }

    Optional<TorchSide> torch() {
        return sides.stream()
                .filter(TorchSide.class::isInstance)
                .map(TorchSide.class::cast)
                .findFirst();
    }

    /** Peers that can't run the case, and why. */
    Map<String, String> absent() {
        return Map.copyOf(absent);
    }

    /** Whether a side has the same model as ours: DL4J has no GRU, its LSTM stands in. */
    boolean sameModel(Side side) {
        return !(side instanceof Dl4jSide
                && benchmark.workload() instanceof Workload.Recurrent model
                && model.cell() == Cell.GRU);
    }

    @Override
    public void close() {
        sides.forEach(Side::close);
    }
}
