package org.steadygrad.spec;

import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/** A run file: everything that decides what a run does. */
public record RunSpec(
        @Doc("Name of the run; also of its folder when --out isn't given.") @Default(RunSpec.DEFAULT_NAME) String name,
        @Doc("Seed of everything random: initial weights, order of the data, dropout, generated data.")
                @Default("" + RunSpec.DEFAULT_SEED)
                long seed,
        @Doc("Where the examples come from.") DataSpec data,
        @Doc("The network.") ModelSpec model,
        @Doc("How it is trained.") @Default("{}") TrainingSpec training,
        @Doc("What is watched.") @Default("{}") HealthSpec health,
        @Doc("The engine: auto, or an engine's name as doctor lists them; cuda:1 is the second GPU.") @Default("auto")
                String engine,
        @Doc("Threads on the CPU.") @Absent("one per physical core") Integer threads,
        @Doc("Most memory that activations may take, for example 512MB; beyond it they are computed again"
                        + " in the backward pass (engine cpu).")
                @Absent("no limit")
                String memory,
        @Doc("What the factors of matrix products are rounded to on a GPU; sums, parameters and updates are"
                        + " float32 always, and so is everything on the CPU.")
                @Absent("tf32 on GPUs that have it, else float32")
                Precision precision) {
    /** Of a run that nobody gave a name. */
    public static final String DEFAULT_NAME = "run";

    /** Of everything random. */
    public static final long DEFAULT_SEED = 7;

    public RunSpec {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw InvalidInputException.of(
                    "run",
                    "name to be made of letters, digits, '.', '_' and '-'",
                    name,
                    "The name is used for the run's folder.");
        }
        checkEngine(engine);
        if (threads != null) {
            Check.positive(threads, "run", "threads");
        }
        if (memory != null) {
            MemorySize.bytes("memory", memory);
        }
        data = model.readsAlongTime() ? data : data.ofSingleRows();
    }

    /**
     * Checks the form of an engine's name, not whether there is such an engine.
     *
     * @throws InvalidInputException when anything but a small whole number follows a colon
     */
    public static void checkEngine(String name) {
        if (name.indexOf(':') >= 0 && !name.matches("[^:]+:[0-9]{1,4}")) {
            throw InvalidInputException.of(
                    "run",
                    "engine to be a name, or a name, a colon and the number of a device",
                    name,
                    "The first device has the number 0, so that cuda:1 is the second GPU.");
        }
    }

    /** What is given, with the defaults of the run file for everything else. */
    public static RunSpec of(DataSpec data, ModelSpec model) {
        return Parts.of(RunSpec.class, data, model);
    }

    /** This with another {@link #name}. */
    public RunSpec withName(String value) {
        return Parts.with(this, "name", value);
    }

    /** This with another {@link #seed}. */
    public RunSpec withSeed(long value) {
        return Parts.with(this, "seed", value);
    }

    /** This with another {@link #training}. */
    public RunSpec withTraining(TrainingSpec value) {
        return Parts.with(this, "training", value);
    }

    /** This with another {@link #health}. */
    public RunSpec withHealth(HealthSpec value) {
        return Parts.with(this, "health", value);
    }

    /** This with another {@link #engine}. */
    public RunSpec withEngine(String value) {
        return Parts.with(this, "engine", value);
    }

    /** This with another {@link #threads}. */
    public RunSpec withThreads(Integer value) {
        return Parts.with(this, "threads", value);
    }

    /** This with another {@link #memory}. */
    public RunSpec withMemory(String value) {
        return Parts.with(this, "memory", value);
    }

    /** This with another {@link #precision}. */
    public RunSpec withPrecision(Precision value) {
        return Parts.with(this, "precision", value);
    }
}
