package org.steadygrad.health.prescribe;

/** Where cures come from. */
enum Paper {
    NONE(""),
    LECUN_1998("LeCun, Bottou, Orr and Müller 1998, Efficient BackProp"),
    GLOROT_2010("Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks"),
    RECTIFIERS("Glorot, Bordes and Bengio 2011, Deep sparse rectifier neural networks"),
    HE_2015("He, Zhang, Ren and Sun 2015, Delving deep into rectifiers"),
    LEAKY("Maas, Hannun and Ng 2013, Rectifier nonlinearities improve neural network acoustic models"),
    SELF_NORMALISING("Klambauer, Unterthiner, Mayr and Hochreiter 2017, Self-normalizing neural networks"),
    BATCH_NORM("Ioffe and Szegedy 2015, Batch normalization"),
    RESIDUAL("He, Zhang, Ren and Sun 2016, Deep residual learning for image recognition"),
    LSUV("Mishkin and Matas 2016, All you need is a good init"),
    ORTHOGONAL("Saxe, McClelland and Ganguli 2014, Exact solutions to the nonlinear dynamics of learning in deep linear"
            + " neural networks"),
    IRNN("Le, Jaitly and Hinton 2015, A simple way to initialize recurrent networks of rectified linear units"),
    GRU(
            "Cho et al. 2014, Learning phrase representations using RNN encoder-decoder for statistical machine translation"),
    LSTM("Hochreiter and Schmidhuber 1997, Long short-term memory"),
    CHRONO("Tallec and Ollivier 2018, Can recurrent neural networks warp time?"),
    FORGET_BIAS("Jozefowicz, Zaremba and Sutskever 2015, An empirical exploration of recurrent network architectures"),
    TRUNCATION("Williams and Peng 1990, An efficient gradient-based algorithm for on-line training of recurrent network"
            + " trajectories"),
    CLIPPING("Pascanu, Mikolov and Bengio 2013, On the difficulty of training recurrent neural networks"),
    AUTO_CLIP("Seetharaman, Wichern, Pardo and Le Roux 2020, AutoClip: adaptive gradient clipping for source separation"
            + " networks"),
    Z_CLIP("Kumar et al. 2025, ZClip: adaptive spike mitigation for LLM pre-training"),
    UNIT_RATIO(
            "Brock, De, Smith and Simonyan 2021, High-performance large-scale image recognition without normalization"),
    LEARNING_RATE("Bengio 2012, Practical recommendations for gradient-based training of deep architectures"),
    WARM_UP("Goyal et al. 2017, Accurate, large minibatch SGD: training ImageNet in 1 hour"),
    COSINE("Loshchilov and Hutter 2017, SGDR: stochastic gradient descent with warm restarts"),
    ADAM("Kingma and Ba 2015, Adam: a method for stochastic optimization"),
    DROPOUT("Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014, Dropout: a simple way to prevent neural"
            + " networks from overfitting"),
    RECURRENT_DROPOUT("Zaremba, Sutskever and Vinyals 2014, Recurrent neural network regularization"),
    WEIGHT_DECAY("Loshchilov and Hutter 2019, Decoupled weight decay regularization"),
    EARLY_STOPPING("Prechelt 1998, Early stopping - but when?"),
    BF16("Kalamkar et al. 2019, A study of BFLOAT16 for deep learning training");

    private final String words;

    Paper(String words) {
        this.words = words;
    }

    /** Authors, year and title; "" for {@link #NONE}. */
    String words() {
        return words;
    }
}
