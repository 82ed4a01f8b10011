package org.steadygrad.engine.cuda.recurrent;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.cuda.driver.CudaException;
import org.steadygrad.engine.cuda.driver.CudaProbe;
import org.steadygrad.engine.cuda.driver.CudaReport;
import org.steadygrad.engine.cuda.driver.Dnn;
import org.steadygrad.engine.cuda.recurrent.RecurrentChoices.Choice;
import org.steadygrad.engine.cuda.recurrent.RecurrentWay.Task;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/**
 * Picks the way a recurrent layer is run: the fastest one on this device, measured when the layer is first compiled and
 * remembered in {@link RecurrentChoices}. The system property {@value #FORCE} names one instead; {@value #MEASURE} = false
 * takes the first that can, for devices whose times mean nothing.
 */
public final class RecurrentChoice {
    public static final String FORCE = "steadygrad.cuda.recurrent";
    static final String MEASURE = "steadygrad.cuda.measure";

    private static final Logger LOG = LoggerFactory.getLogger(RecurrentChoice.class);

    /** More time steps tell nothing more about which way is the fastest. */
    private static final int MOST_STEPS = 256;

    private final CudaRuntime runtime;
    private final Task task;

    RecurrentChoice(CudaRuntime runtime, Task task) {
        this.runtime = runtime;
        this.task = task;
    }

    /** @throws InvalidInputException when the way that was asked for can't run this layer */
    RecurrentWay way() {
        String forced = System.getProperty(FORCE, "");
        Map<RecurrentWay, Optional<String>> obstacles = new LinkedHashMap<>();
        RecurrentWay.ALL.stream()
                .filter(way -> forced.isEmpty() || firstWord(way).equals(forced))
                .forEach(way -> obstacles.put(way, way.obstacle(runtime, task)));
        obstacles.forEach((way, obstacle) -> obstacle.ifPresent(
                reason -> LOG.info("engine cuda, layer {}: {} isn't taken: {}", task.name(), way.name(), reason)));
        List<RecurrentWay> able = obstacles.entrySet().stream()
                .filter(entry -> entry.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .toList();
        if (able.isEmpty()) {
            throw InvalidInputException.of(
                    "engine cuda, layer " + task.name(),
                    "a way of running it among "
                            + RecurrentWay.ALL.stream()
                                    .map(RecurrentChoice::firstWord)
                                    .distinct()
                                    .toList(),
                    "-D" + FORCE + "=" + forced + reasons(obstacles),
                    "Leave the property out, and the fastest way that can is taken.");
        }
        boolean measure = Boolean.parseBoolean(System.getProperty(MEASURE, "true"));
        return able.size() == 1 || !measure ? able.get(0) : fastest(able);
    }

    private static String firstWord(RecurrentWay way) {
        return way.name().split(" ")[0];
    }

    private static String reasons(Map<RecurrentWay, Optional<String>> obstacles) {
        return obstacles.entrySet().stream()
                .map(entry ->
                        ", " + entry.getKey().name() + ": " + entry.getValue().orElse(""))
                .collect(Collectors.joining());
    }

    private RecurrentWay fastest(List<RecurrentWay> able) {
        // the time of one segment decides for all, and that of some steps for many
        int steps = Math.min(MOST_STEPS, task.plan().lengths()[0]);
        LayerShape part = task.shape().over(steps);
        Task trial =
                new Task(task.name(), part, SegmentPlan.whole(part, task.plan().recompute()), task.bytes());
        String what = words(part, task.plan().recompute());
        List<String> names = able.stream().map(RecurrentWay::name).toList();
        Optional<Choice> known = RecurrentChoices.find(what, device(), libraries(), names);
        String chosen = known.map(Choice::chosen).orElseGet(() -> measure(trial, what, able));
        return able.stream()
                .filter(way -> way.name().equals(chosen))
                .findFirst()
                .orElse(able.get(0));
    }

    private String device() {
        return runtime.device().name();
    }

    private static String libraries() {
        CudaReport.VersionState versions = CudaProbe.report().versions();
        return "CUDA " + versions.runtime() + ", driver " + versions.driverRelease() + ", cuDNN " + Dnn.version();
    }

    private String words(LayerShape shape, boolean recompute) {
        String cell = shape.cell()
                + (shape.cell() == Cell.SIMPLE
                        ? " " + shape.activation().kind() + " "
                                + shape.activation().alpha()
                        : "");
        return cell + ", T=" + shape.steps() + ", B=" + shape.examples() + ", I=" + shape.inputs() + ", H="
                + shape.units() + ", " + runtime.precision().words() + (shape.reverse() ? ", reverse" : "")
                + (shape.masked() ? ", mask" : "") + (shape.training() ? ", training" : "")
                + (recompute ? ", recomputed" : "");
    }

    private String measure(Task trial, String what, List<RecurrentWay> able) {
        Map<String, Double> times = new LinkedHashMap<>();
        boolean lasting = true;
        for (RecurrentWay way : able) {
            try (RecurrentTrial run = new RecurrentTrial(runtime, trial)) {
                times.put(way.name(), run.milliseconds(way));
            } catch (CudaException e) {
                if (e.kind() == CudaException.Kind.DEVICE_LOST) {
                    throw e;
                }
                times.put(way.name(), Double.POSITIVE_INFINITY);
                // another time there may be more memory
                lasting &= !e.outOfMemory();
            }
        }
        Map.Entry<String, Double> best =
                times.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow();
        if (lasting && Double.isFinite(best.getValue())) {
            RecurrentChoices.remember(new Choice(what, device(), libraries(), best.getKey(), times));
        }
        return best.getKey();
    }
}
