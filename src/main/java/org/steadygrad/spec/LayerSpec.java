package org.steadygrad.spec;

import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/** One entry of a run file's {@code model.layers}. */
public sealed interface LayerSpec
        permits LayerSpec.Dense,
                LayerSpec.Stack,
                LayerSpec.Embedding,
                LayerSpec.Recurrent,
                LayerSpec.BatchNorm,
                LayerSpec.Activate,
                LayerSpec.Dropout,
                LayerSpec.Pool,
                LayerSpec.Output {

    @Named("dense")
    @Doc("A fully connected layer; on sequences it is applied to every time step.")
    record Dense(
            @Doc("Number of units.") int units,
            @Doc("Activation function.") @Default("relu") ActivationKind activation,
            @Doc("Weight initialiser.") @Default("auto") InitializerKind init,
            @Doc("Share of the layer's inputs that are dropped while training.") @Default("0") double dropout)
            implements LayerSpec {
        public Dense {
            Check.positive(units, "dense", "units");
            Check.inHalfOpen(dropout, 0, 1, "dense", "dropout");
        }

        /** This with another {@link #activation}. */
        public Dense withActivation(ActivationKind value) {
            return Parts.with(this, "activation", value);
        }

        /** This with another {@link #init}. */
        public Dense withInit(InitializerKind value) {
            return Parts.with(this, "init", value);
        }

        /** This with another {@link #dropout}. */
        public Dense withDropout(double value) {
            return Parts.with(this, "dropout", value);
        }
    }

    @Named("stack")
    @Doc("Blocks of dense -> [batch norm] -> activation -> [+ block input], all of one width.")
    record Stack(
            @Doc("Number of blocks.") int depth,
            @Doc("Units of every block.") int units,
            @Doc("Activation function.") @Default("relu") ActivationKind activation,
            @Doc("Batch norm before every activation.") @Default("false") boolean batchNorm,
            @Doc("Adds each block's input to its output (where the widths agree).") @Default("false") boolean residual,
            @Doc("Weight initialiser.") @Default("auto") InitializerKind init,
            @Doc("Share of each block's inputs that are dropped while training.") @Default("0") double dropout)
            implements LayerSpec {
        public Stack {
            Check.positive(depth, "stack", "depth");
            Check.positive(units, "stack", "units");
            Check.inHalfOpen(dropout, 0, 1, "stack", "dropout");
        }

        /** This with another {@link #activation}. */
        public Stack withActivation(ActivationKind value) {
            return Parts.with(this, "activation", value);
        }

        /** This with another {@link #batchNorm}. */
        public Stack withBatchNorm(boolean value) {
            return Parts.with(this, "batchNorm", value);
        }

        /** This with another {@link #residual}. */
        public Stack withResidual(boolean value) {
            return Parts.with(this, "residual", value);
        }

        /** This with another {@link #init}. */
        public Stack withInit(InitializerKind value) {
            return Parts.with(this, "init", value);
        }

        /** This with another {@link #dropout}. */
        public Stack withDropout(double value) {
            return Parts.with(this, "dropout", value);
        }
    }

    @Named("embedding")
    @Doc("A learned vector for each symbol; the first layer on symbol data.")
    record Embedding(@Doc("Length of the vectors.") int size) implements LayerSpec {
        public Embedding {
            Check.positive(size, "embedding", "size");
        }
    }

    /** What the recurrent layers have in common. */
    sealed interface Recurrent extends LayerSpec permits Gru, Lstm, Rnn {
        /** Length of a direction's state. */
        int units();

        /** Number of layers, one upon the other. */
        int layers();

        /** Which way the sequence is read. */
        Direction direction();

        /** Share of the inputs of each layer that is dropped. */
        double dropout();

        /** Of the weights of the input. */
        InitializerKind init();

        /** Of the weights of the state, gate by gate. */
        InitializerKind recurrentInit();

        /** Of the candidate, or of the state. */
        ActivationKind activation();
    }

    /** Which way a recurrent layer reads its sequence. */
    enum Direction {
        @Doc("From the first step to the last.")
        FORWARD,
        @Doc("Both ways, outputs side by side (twice the units).")
        CONCAT,
        @Doc("Both ways, outputs added.")
        ADD,
        @Doc("Both ways, outputs multiplied.")
        MULTIPLY,
        @Doc("Both ways, outputs averaged.")
        AVERAGE
    }

    @Named("gru")
    @Doc(
            "Gated recurrent unit, reset gate after the recurrent product (Cho et al. 2014, the variant of cuDNN and PyTorch).")
    record Gru(
            @Doc("Hidden units.") int units,
            @Doc("Number of such layers on top of each other.") @Default("1") int layers,
            @Doc("Reading direction.") @Default("forward") Direction direction,
            @Doc("Share of each layer's inputs that are dropped while training.") @Default("0") double dropout,
            @Doc("Initialiser of the input weights.") @Default("auto") InitializerKind init,
            @Doc("Initialiser of the recurrent weights.") @Default("auto") InitializerKind recurrentInit,
            @Doc("Activation of the candidate.") @Default("tanh") ActivationKind activation,
            @Doc("Activation of the gates.") @Default("sigmoid") ActivationKind gateActivation,
            @Doc(
                            "Longest dependency in steps for the chrono initialisation of the update gate (Tallec and Ollivier 2018); 0 leaves the bias at 0.")
                    @Default("0")
                    int chrono)
            implements Recurrent {
        public Gru {
            checkRecurrent("gru", units, layers, dropout);
            checkChrono("gru", chrono);
        }

        /** This with another {@link #layers}. */
        public Gru withLayers(int value) {
            return Parts.with(this, "layers", value);
        }

        /** This with another {@link #direction}. */
        public Gru withDirection(Direction value) {
            return Parts.with(this, "direction", value);
        }

        /** This with another {@link #dropout}. */
        public Gru withDropout(double value) {
            return Parts.with(this, "dropout", value);
        }

        /** This with another {@link #init}. */
        public Gru withInit(InitializerKind value) {
            return Parts.with(this, "init", value);
        }

        /** This with another {@link #recurrentInit}. */
        public Gru withRecurrentInit(InitializerKind value) {
            return Parts.with(this, "recurrentInit", value);
        }

        /** This with another {@link #activation}. */
        public Gru withActivation(ActivationKind value) {
            return Parts.with(this, "activation", value);
        }

        /** This with another {@link #gateActivation}. */
        public Gru withGateActivation(ActivationKind value) {
            return Parts.with(this, "gateActivation", value);
        }

        /** This with another {@link #chrono}. */
        public Gru withChrono(int value) {
            return Parts.with(this, "chrono", value);
        }
    }

    @Named("lstm")
    @Doc("Long short-term memory (Hochreiter and Schmidhuber 1997, forget gate of Gers et al. 2000, no peepholes).")
    record Lstm(
            @Doc("Hidden units.") int units,
            @Doc("Number of such layers on top of each other.") @Default("1") int layers,
            @Doc("Reading direction.") @Default("forward") Direction direction,
            @Doc("Share of each layer's inputs that are dropped while training.") @Default("0") double dropout,
            @Doc("Initialiser of the input weights.") @Default("auto") InitializerKind init,
            @Doc("Initialiser of the recurrent weights.") @Default("auto") InitializerKind recurrentInit,
            @Doc("Activation of cell input and output.") @Default("tanh") ActivationKind activation,
            @Doc("Activation of the gates.") @Default("sigmoid") ActivationKind gateActivation,
            @Doc("Initial bias of the forget gate.") @Default("1") double forgetBias,
            @Doc(
                            "Longest dependency in steps for the chrono initialisation of forget and input gate (Tallec and Ollivier 2018); 0 uses forgetBias.")
                    @Default("0")
                    int chrono)
            implements Recurrent {
        public Lstm {
            checkRecurrent("lstm", units, layers, dropout);
            checkChrono("lstm", chrono);
        }

        /** This with another {@link #layers}. */
        public Lstm withLayers(int value) {
            return Parts.with(this, "layers", value);
        }

        /** This with another {@link #direction}. */
        public Lstm withDirection(Direction value) {
            return Parts.with(this, "direction", value);
        }

        /** This with another {@link #dropout}. */
        public Lstm withDropout(double value) {
            return Parts.with(this, "dropout", value);
        }

        /** This with another {@link #init}. */
        public Lstm withInit(InitializerKind value) {
            return Parts.with(this, "init", value);
        }

        /** This with another {@link #recurrentInit}. */
        public Lstm withRecurrentInit(InitializerKind value) {
            return Parts.with(this, "recurrentInit", value);
        }

        /** This with another {@link #activation}. */
        public Lstm withActivation(ActivationKind value) {
            return Parts.with(this, "activation", value);
        }

        /** This with another {@link #gateActivation}. */
        public Lstm withGateActivation(ActivationKind value) {
            return Parts.with(this, "gateActivation", value);
        }

        /** This with another {@link #forgetBias}. */
        public Lstm withForgetBias(double value) {
            return Parts.with(this, "forgetBias", value);
        }

        /** This with another {@link #chrono}. */
        public Lstm withChrono(int value) {
            return Parts.with(this, "chrono", value);
        }
    }

    @Named("rnn")
    @Doc("Vanilla recurrent layer, h' = activation(x W + h R + b).")
    record Rnn(
            @Doc("Hidden units.") int units,
            @Doc("Number of such layers on top of each other.") @Default("1") int layers,
            @Doc("Reading direction.") @Default("forward") Direction direction,
            @Doc("Share of each layer's inputs that are dropped while training.") @Default("0") double dropout,
            @Doc("Initialiser of the input weights.") @Default("auto") InitializerKind init,
            @Doc("Initialiser of the recurrent weights.") @Default("auto") InitializerKind recurrentInit,
            @Doc("Activation function.") @Default("tanh") ActivationKind activation)
            implements Recurrent {
        public Rnn {
            checkRecurrent("rnn", units, layers, dropout);
        }

        /** This with another {@link #layers}. */
        public Rnn withLayers(int value) {
            return Parts.with(this, "layers", value);
        }

        /** This with another {@link #direction}. */
        public Rnn withDirection(Direction value) {
            return Parts.with(this, "direction", value);
        }

        /** This with another {@link #dropout}. */
        public Rnn withDropout(double value) {
            return Parts.with(this, "dropout", value);
        }

        /** This with another {@link #init}. */
        public Rnn withInit(InitializerKind value) {
            return Parts.with(this, "init", value);
        }

        /** This with another {@link #recurrentInit}. */
        public Rnn withRecurrentInit(InitializerKind value) {
            return Parts.with(this, "recurrentInit", value);
        }

        /** This with another {@link #activation}. */
        public Rnn withActivation(ActivationKind value) {
            return Parts.with(this, "activation", value);
        }
    }

    @Named("batchNorm")
    @Doc("Batch normalisation over batch (and time), then an activation (Ioffe and Szegedy 2015).")
    record BatchNorm(
            @Doc("Activation function after the normalisation.") @Default("identity") ActivationKind activation,
            @Doc("Share of the running statistics that is kept at each step.") @Default("0.9") double decay,
            @Doc("Added to the variance.") @Default("0.00001") double epsilon)
            implements LayerSpec {
        public BatchNorm {
            Check.inHalfOpen(decay, 0, 1, "batchNorm", "decay");
            Check.positive(epsilon, "batchNorm", "epsilon");
        }

        /** This with another {@link #activation}. */
        public BatchNorm withActivation(ActivationKind value) {
            return Parts.with(this, "activation", value);
        }

        /** This with another {@link #decay}. */
        public BatchNorm withDecay(double value) {
            return Parts.with(this, "decay", value);
        }

        /** This with another {@link #epsilon}. */
        public BatchNorm withEpsilon(double value) {
            return Parts.with(this, "epsilon", value);
        }
    }

    @Named("activation")
    @Doc("An activation function on its own.")
    record Activate(@Doc("The function.") ActivationKind function) implements LayerSpec {}

    @Named("dropout")
    @Doc("Drops a share of its inputs while training.")
    record Dropout(@Doc("Share that is dropped.") double rate) implements LayerSpec {
        public Dropout {
            Check.inHalfOpen(rate, 0, 1, "dropout", "rate");
        }
    }

    /** How a sequence becomes one vector. */
    enum PoolKind {
        @Doc("The last step's vector.")
        LAST,
        @Doc("The largest value over time, by feature.")
        MAX,
        @Doc("The mean over time.")
        AVERAGE,
        @Doc("The sum over time.")
        SUM
    }

    @Named("pool")
    @Doc("Makes one vector of a sequence; masked steps are left out.")
    record Pool(@Doc("How.") @Default("last") PoolKind kind) implements LayerSpec {

        /** This with another {@link #kind}. */
        public Pool withKind(PoolKind value) {
            return Parts.with(this, "kind", value);
        }
    }

    @Named("output")
    @Doc("The last layer; its size follows from the data. Added at the end when it isn't given.")
    record Output(
            @Doc("What is minimised.") @Default("auto") LossSpec loss,
            @Doc("Weight initialiser.") @Default("auto") InitializerKind init,
            @Doc("Share of the layer's inputs that are dropped while training.") @Default("0") double dropout)
            implements LayerSpec {
        public Output {
            Check.inHalfOpen(dropout, 0, 1, "output", "dropout");
        }

        /** This with another {@link #loss}. */
        public Output withLoss(LossSpec value) {
            return Parts.with(this, "loss", value);
        }

        /** This with another {@link #init}. */
        public Output withInit(InitializerKind value) {
            return Parts.with(this, "init", value);
        }

        /** This with another {@link #dropout}. */
        public Output withDropout(double value) {
            return Parts.with(this, "dropout", value);
        }
    }

    private static void checkRecurrent(String who, int units, int layers, double dropout) {
        Check.positive(units, who, "units");
        Check.positive(layers, who, "layers");
        Check.inHalfOpen(dropout, 0, 1, who, "dropout");
    }

    private static void checkChrono(String who, int chrono) {
        if (chrono != 0 && chrono < 3) {
            throw InvalidInputException.of(who, "chrono to be 0 or a number of steps of at least 3", chrono, "");
        }
    }

    /** {@link Activate}. */
    static Activate activation(ActivationKind function) {
        return Parts.of(Activate.class, function);
    }

    /** {@link BatchNorm} with the defaults of the run file. */
    static BatchNorm batchNorm() {
        return Parts.of(BatchNorm.class);
    }

    /** {@link Dense}, with the defaults of the run file for everything else. */
    static Dense dense(int units) {
        return Parts.of(Dense.class, units);
    }

    /** {@link Dropout}. */
    static Dropout dropout(double rate) {
        return Parts.of(Dropout.class, rate);
    }

    /** {@link Embedding}. */
    static Embedding embedding(int size) {
        return Parts.of(Embedding.class, size);
    }

    /** {@link Gru}, with the defaults of the run file for everything else. */
    static Gru gru(int units) {
        return Parts.of(Gru.class, units);
    }

    /** {@link Lstm}, with the defaults of the run file for everything else. */
    static Lstm lstm(int units) {
        return Parts.of(Lstm.class, units);
    }

    /** {@link Output} with the defaults of the run file. */
    static Output output() {
        return Parts.of(Output.class);
    }

    /** {@link Pool} with the defaults of the run file. */
    static Pool pool() {
        return Parts.of(Pool.class);
    }

    /** {@link Rnn}, with the defaults of the run file for everything else. */
    static Rnn rnn(int units) {
        return Parts.of(Rnn.class, units);
    }

    /** {@link Stack}, with the defaults of the run file for everything else. */
    static Stack stack(int depth, int units) {
        return Parts.of(Stack.class, depth, units);
    }
}
