/* Histograms over the steps, as heat maps of values against steps. */
(function (sg) {
    'use strict';

    var BARS = 36;
    var KINDS = { activation: 'outputs', weight: 'weights', gradient: 'gradient' };

    /** Values between which all but a few of a histogram lie. */
    function core(track, column) {
        var bins = track.shares[column];
        var size = (track.high[column] - track.low[column]) / bins.length;
        var before = 0;
        var first = 0;
        var last = bins.length;
        for (var i = 0; i < bins.length; i++) {
            if (before < 5) {
                first = i;
            }
            before += bins[i];
            if (before <= 995) {
                last = i + 2;
            }
        }
        return [track.low[column] + first * size, track.low[column] + Math.min(bins.length, last) * size];
    }

    /** All looks of a tensor over common bins, from the highest values to the lowest. */
    function rebinned(track) {
        var cores = track.columns.map(function (ignored, c) { return core(track, c); });
        var lows = cores.map(function (c) { return c[0]; }).sort(function (a, b) { return a - b; });
        var highs = cores.map(function (c) { return c[1]; }).sort(function (a, b) { return a - b; });
        var low = lows[Math.floor(0.05 * (lows.length - 1))];
        var high = highs[Math.ceil(0.95 * (highs.length - 1))];
        if (!(high > low)) {
            var wider = Math.max(Math.abs(low) * 0.1, 1e-6);
            low -= wider;
            high += wider;
        }
        var size = (high - low) / BARS;
        var rows = [];
        var names = [];
        for (var b = 0; b < BARS; b++) {
            rows.push(track.columns.map(function () { return 0; }));
            names.push(sg.number(high - (b + 0.5) * size));
        }
        track.shares.forEach(function (bins, c) {
            var width = (track.high[c] - track.low[c]) / bins.length;
            bins.forEach(function (part, i) {
                // a bin's share is spread over the common bins it covers
                var from = track.low[c] + i * width;
                var pieces = Math.max(1, Math.min(BARS, Math.ceil(width / size) * 2));
                for (var p = 0; part > 0 && p < pieces; p++) {
                    var row = Math.floor((high - (from + (p + 0.5) * width / pieces)) / size);
                    if (row >= 0 && row < BARS) {
                        rows[row][c] += part / 1000 / pieces;
                    }
                }
            });
        });
        return { columns: track.columns, names: names, rows: rows };
    }

    /** From nothing to the highest bar, by square roots, so that thin tails are seen beside a high middle. */
    function density(rows) {
        var most = sg.most(sg.flat(rows));
        return most > 0 ? { low: 0, high: Math.sqrt(most), root: true } : null;
    }

    function histograms(views, charts, heat) {
        ['activation', 'weight', 'gradient'].forEach(function (kind) {
            var names = [];
            views.forEach(function (v) {
                v.histograms.forEach(function (h) {
                    if (h.kind === kind && names.indexOf(h.name) < 0) {
                        names.push(h.name);
                    }
                });
            });
            names.forEach(function (name, i) {
                var of = views.map(function (v) { return v.histograms.filter(function (h) { return h.kind === kind && h.name === name; })[0]; });
                charts.push(Object.assign(heat(views, kind + '-' + (i + 1), 'Histograms', {
                    family: kind + '-histogram', name: name + ', ' + KINDS[kind], title: name + ', ' + KINDS[kind],
                    how: 'Strong colour is where most values are.',
                    maps: of.map(function (h) { return h ? rebinned(h) : null; }), scale: density, colours: 'density', unit: sg.percent, row: 'around ', plain: true
                }), { small: true, kind: kind }));
            });
        });
    }

    Object.assign(sg, { histograms: histograms });
}(steadygrad));
