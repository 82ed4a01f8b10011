package org.steadygrad.spec;

import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/** A run file: everything that decides what a run does. */
public record RunSpec(
        @Doc("Name of the run; also of its folder when --out isn't given.") @Default("run") String name,
        @Doc("Seed of everything random: initial weights, order of the data, dropout, generated data.") @Default("7")
                long seed,
        @Doc("Where the examples come from.") DataSpec data,
        @Doc("The network.") ModelSpec model,
        @Doc("How it is trained.") @Default("{}") TrainingSpec training,
        @Doc("What is watched.") @Default("{}") HealthSpec health,
        @Doc("The engine: auto, or an engine's name as doctor lists them.") @Default("auto") String engine,
        @Doc("Threads on the CPU.") @Absent("one per physical core") Integer threads,
        @Doc(
                        "Most memory that activations may take, for example 512MB; beyond it they are computed again in the backward pass (engine cpu).")
                @Absent("no limit")
                String memory) {
    public RunSpec {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw InvalidInputException.of(
                    "run",
                    "name to be made of letters, digits, '.', '_' and '-'",
                    name,
                    "The name is used for the run's folder.");
        }
        if (threads != null) {
            Check.positive(threads, "run", "threads");
        }
        if (memory != null) {
            MemorySize.bytes("memory", memory);
        }
    }
}
