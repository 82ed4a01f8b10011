/* Pictures of an evaluation: predicted against actual, residuals, reliability, what was taken for what. */
(function (sg) {
    'use strict';

    var BARS = 40;
    var MOST_CLASSES = 40;

    function titled(theme, title, more) {
        return sg.base(theme, Object.assign({
            title: { text: title, left: 14, top: 8, borderColor: 'transparent', borderWidth: 0, textStyle: { color: theme.ink, fontFamily: sg.FONT, fontSize: 14, fontWeight: 600 } },
            grid: { left: 84, right: 38, top: 52, bottom: 54, outerBoundsMode: 'none' }
        }, more));
    }

    function axis(theme, name, more) {
        return sg.valueAxis(theme, Object.assign({
            name: name, nameLocation: 'middle', nameGap: 32, scale: true, nameTextStyle: sg.text(theme, 12),
            axisLine: { show: true, lineStyle: { color: theme.line } }
        }, more));
    }

    function vertical(theme, name, more) {
        return axis(theme, name, Object.assign({ nameGap: 58 }, more));
    }

    function line(theme, points) {
        return { type: 'line', data: points, showSymbol: false, silent: true, lineStyle: { color: theme.faint, width: 1.2, type: [5, 4] }, z: 1 };
    }

    function dots(theme, points) {
        return { type: 'scatter', data: points, symbolSize: points.length > 500 ? 4 : 6, itemStyle: { color: theme.series[0], opacity: 0.55 }, z: 2 };
    }

    /** How many of the rows are shown, if not all. */
    function some(series) {
        return series.every > 1 ? ' (every ' + sg.whole(series.every) + 'th row)' : '';
    }

    function against(series) {
        return function (theme) {
            var all = series.actual.concat(series.predicted);
            var ends = [sg.least(all), sg.most(all)];
            return titled(theme, series.target + ': predicted against actual' + some(series), {
                xAxis: axis(theme, 'actual ' + series.target), yAxis: vertical(theme, 'predicted ' + series.target),
                series: [line(theme, [[ends[0], ends[0]], [ends[1], ends[1]]]),
                    dots(theme, series.actual.map(function (a, i) { return [a, series.predicted[i]]; }))]
            });
        };
    }

    function residuals(series) {
        return series.predicted.map(function (p, i) { return p - series.actual[i]; });
    }

    function inOrder(series) {
        return function (theme) {
            var rest = residuals(series);
            return titled(theme, series.target + ': residuals in the order in which rows were scored' + some(series), {
                xAxis: axis(theme, 'number of the row', { scale: false }), yAxis: vertical(theme, 'predicted minus actual'),
                series: [line(theme, [[0, 0], [(rest.length - 1) * series.every, 0]]),
                    dots(theme, rest.map(function (r, i) { return [i * series.every, r]; }))]
            });
        };
    }

    function distribution(series) {
        return function (theme) {
            var rest = residuals(series);
            var low = sg.least(rest);
            var width = (sg.most(rest) - low) / BARS || 1;
            var counts = [];
            for (var i = 0; i < BARS; i++) {
                counts.push(0);
            }
            rest.forEach(function (r) { counts[Math.min(BARS - 1, Math.floor((r - low) / width))]++; });
            // a bar's outline as a curve of steps, so that its edges are where they are
            var outline = [[low, 0]];
            counts.forEach(function (c, i) { outline.push([low + i * width, c], [low + (i + 1) * width, c]); });
            outline.push([low + BARS * width, 0]);
            return titled(theme, series.target + ': how residuals are distributed' + some(series), {
                xAxis: axis(theme, 'predicted minus actual'), yAxis: vertical(theme, 'rows', { scale: false }),
                series: [{ type: 'line', data: outline, showSymbol: false, silent: true, lineStyle: { color: theme.series[0], width: 1.4 },
                    areaStyle: { color: theme.series[0], opacity: 0.25 } }]
            });
        };
    }

    function reliability(bins) {
        return function (theme) {
            return titled(theme, 'Reliability: how often what was held probable came true', {
                xAxis: axis(theme, 'probability that was predicted (mean of a tenth)', { min: 0, max: 1, scale: false }),
                yAxis: vertical(theme, 'share that came true', { min: 0, max: 1, scale: false }),
                series: [line(theme, [[0, 0], [1, 1]]), {
                    type: 'line', data: bins.map(function (b) { return [b.probability, b.share]; }), symbol: 'circle', symbolSize: 8,
                    lineStyle: { color: theme.series[0], width: 2.2 }, itemStyle: { color: theme.series[0] },
                    label: { show: true, position: 'bottom', distance: 8, color: theme.soft, fontFamily: sg.FONT, fontSize: 11,
                        formatter: function (p) { return sg.whole(Math.round(bins[p.dataIndex].weight)); } }
                }]
            });
        };
    }

    function confusion(classes) {
        return function (theme) {
            var cells = [];
            classes.counts.forEach(function (row, a) {
                var all = row.reduce(function (sum, c) { return sum + c; }, 0);
                row.forEach(function (count, p) { cells.push([p, a, all ? count / all : 0, count]); });
            });
            var names = { type: 'category', data: classes.names, axisTick: { show: false }, splitLine: { show: false },
                axisLine: { lineStyle: { color: theme.line } }, axisLabel: sg.text(theme), nameTextStyle: sg.text(theme, 12) };
            return titled(theme, 'What was taken for what (colour: share of the actual class)', {
                grid: { left: 150, right: 38, top: 52, bottom: 60, outerBoundsMode: 'none' },
                xAxis: Object.assign({ name: 'predicted', nameLocation: 'middle', nameGap: 34 }, names),
                yAxis: Object.assign({ name: 'actual', nameLocation: 'middle', nameGap: 126, inverse: true }, names),
                visualMap: { show: false, min: 0, max: 1, dimension: 2, inRange: { color: theme.density } },
                series: [{ type: 'heatmap', data: cells, label: {
                    show: classes.names.length <= 15, fontFamily: sg.FONT, fontSize: 11,
                    formatter: function (p) { return sg.whole(p.value[3]); }
                } }]
            });
        };
    }

    /** @param all what {@code evaluate} found @return pictures: {name, title, height, option} */
    function charts(all) {
        var list = [];
        all.series.forEach(function (series, i) {
            var number = all.series.length > 1 ? '-' + (i + 1) : '';
            list.push({ name: 'predicted' + number, title: series.target + ': predicted against actual', height: 520, option: against(series) },
                { name: 'residuals' + number, title: series.target + ': residuals in the order in which rows were scored', height: 320, option: inOrder(series) },
                { name: 'residual-distribution' + number, title: series.target + ': how residuals are distributed', height: 320,
                    option: distribution(series) });
        });
        if (all.reliability.length) {
            list.push({ name: 'reliability', title: 'How often what was held probable came true', height: 480, option: reliability(all.reliability) });
        }
        if (all.classes && all.classes.names.length <= MOST_CLASSES) {
            list.push({ name: 'confusion', title: 'What was taken for what', height: Math.max(320, 130 + 30 * all.classes.names.length),
                option: confusion(all.classes) });
        }
        return list;
    }

    Object.assign(sg, { evaluation: charts });
}(steadygrad));
