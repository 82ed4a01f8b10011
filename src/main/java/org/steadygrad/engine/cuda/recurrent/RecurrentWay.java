package org.steadygrad.engine.cuda.recurrent;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.steadygrad.engine.cuda.driver.CudaException;
import org.steadygrad.engine.cuda.driver.Dnn;
import org.steadygrad.engine.cuda.driver.DnnRecurrence.Algorithm;
import org.steadygrad.engine.cuda.stream.CudaRuntime;

/** One of the ways to run a recurrent layer. */
interface RecurrentWay {
    /** Those of ours, the fastest on most devices first. */
    List<ScanKind> SCANS = List.of(PersistentScan.KIND, SteppedScan.KIND);

    /** All, in the order in which they are taken where times mean nothing. */
    List<RecurrentWay> ALL = Stream.<RecurrentWay>concat(
                    SCANS.stream().map(Scanned::new),
                    Arrays.stream(Algorithm.values()).map(ByDnn::new))
            .toList();

    /**
     * A layer that is to be run.
     *
     * @param name for errors
     * @param plan how its sequence is cut, where it can be
     * @param bytes that its workspace may take
     */
    record Task(String name, LayerShape shape, SegmentPlan plan, long bytes) {}

    /** What it is called in settings, choices and errors; words after the first tell variants. */
    String name();

    /** Why it can't do this; empty when it can. */
    Optional<String> obstacle(CudaRuntime runtime, Task task);

    /** @throws CudaException when it can't do this after all, or memory is short */
    RecurrentRun make(ScanPlace place, Task task, LayerTensors tensors, LayerWeights weights);

    /**
     * A refused call as an obstacle.
     *
     * @throws CudaException when other ways would fare no better: the device is lost, or has no memory left
     */
    private static String refusal(CudaException e) {
        if (e.kind() != CudaException.Kind.OTHER) {
            throw e;
        }
        return e.getMessage();
    }

    /** The first of our scans that can do this. */
    static ScanKind scan(CudaRuntime runtime, Task task) {
        return SCANS.stream()
                .filter(kind -> new Scanned(kind).obstacle(runtime, task).isEmpty())
                .findFirst()
                .orElseThrow();
    }

    /** By a scan of ours. */
    record Scanned(ScanKind kind) implements RecurrentWay {
        @Override
        public String name() {
            return kind.name();
        }

        @Override
        public Optional<String> obstacle(CudaRuntime runtime, Task task) {
            LayerShape shape = task.shape;
            try {
                return Arrays.stream(task.plan.lengths())
                        .distinct()
                        .mapToObj(length ->
                                kind.obstacle(runtime, shape.over(length).scan(), shape.masked(), shape.training()))
                        .flatMap(Optional::stream)
                        .findFirst();
            } catch (CudaException e) {
                return Optional.of(refusal(e));
            }
        }

        @Override
        public RecurrentRun make(ScanPlace place, Task task, LayerTensors tensors, LayerWeights weights) {
            return new ScannedRun(place, new ScannedRun.Layer(kind, task.shape, tensors, weights), task.plan, null);
        }
    }

    /** By cuDNN. */
    record ByDnn(Algorithm algorithm) implements RecurrentWay {
        @Override
        public String name() {
            return switch (algorithm) {
                case STANDARD -> "cudnn";
                case PERSIST_STATIC -> "cudnn static";
                case PERSIST_STATIC_SMALL_H -> "cudnn small";
            };
        }

        @Override
        public Optional<String> obstacle(CudaRuntime runtime, Task task) {
            return DnnRun.obstacle(task.shape).or(Dnn::obstacle).or(() -> {
                try {
                    return DnnRun.bytes(runtime, algorithm, task.shape) > task.bytes
                            ? Optional.of("cuDNN needs more memory than the limit leaves")
                            : Optional.empty();
                } catch (CudaException e) {
                    return Optional.of(refusal(e));
                }
            });
        }

        @Override
        public RecurrentRun make(ScanPlace place, Task task, LayerTensors tensors, LayerWeights weights) {
            return new DnnRun(place, algorithm, task.shape, tensors, weights);
        }
    }
}
