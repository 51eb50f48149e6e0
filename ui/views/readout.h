// A quantity's name over its value, in figures that do not jitter: alone, or as a switch for a series of a
// plot.
#pragma once

#include <QAbstractButton>
#include <QWidget>

namespace diffuscope::ui {

/// Shows a caption and, beneath it, a value. Changing the value repaints and never lays out again.
class Readout : public QWidget
{
    Q_OBJECT

public:
    /// `widest` is a value as long as they get; the cell leaves room for it.
    Readout(const QString& caption, const QString& widest, QWidget* parent = nullptr);

    void setCaption(const QString& caption);
    void setValue(const QString& value);
    const QString& value() const { return m_value; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_caption;
    QString m_widest;
    QString m_value;
};

/// As Readout, with a swatch of the series' colour: filled while the series is shown.
class SeriesSwitch : public QAbstractButton
{
    Q_OBJECT

public:
    /// `series` is an index into ThemeColors::series; `dashed` series have a broken swatch.
    SeriesSwitch(const QString& caption, const QString& widest, int series, bool dashed,
                 QWidget* parent = nullptr);

    void setValue(const QString& value);
    const QString& value() const { return m_value; }
    int series() const { return m_series; }
    QColor color() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_widest;
    QString m_value;
    int m_series;
    bool m_dashed;
};

}  // namespace diffuscope::ui
