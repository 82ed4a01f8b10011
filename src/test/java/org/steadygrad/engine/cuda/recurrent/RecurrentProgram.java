package org.steadygrad.engine.cuda.recurrent;

import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.stepClasses;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.cuda.GpuLikeDl4j;

/**
 * Holds a layer of each cell against DL4J, on whatever simulated machine the environment asks for; run in a process of its
 * own. What is said of the ways that aren't taken goes to standard error.
 */
final class RecurrentProgram {
    private RecurrentProgram() {}

    /** @param arguments numbers of examples, time steps and units */
    public static void main(String[] arguments) {
        int examples = Integer.parseInt(arguments[0]);
        int steps = Integer.parseInt(arguments[1]);
        int units = Integer.parseInt(arguments[2]);
        for (Cell cell : Cell.values()) {
            ContractData data = new ContractData(7);
            GpuLikeDl4j.check(new ContractCase(
                    cell.name(),
                    chain(InputType.recurrent(3), cell.units(units), stepClasses(4)),
                    ContractData.batch(data.normal(examples, 3, steps), data.oneHot(examples, 4, steps))));
            System.out.println(cell + " is right");
        }
    }
}
